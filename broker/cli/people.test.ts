import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { insertedDeviceSession, insertedSession, newPerson, t0 } from '../../test/conformance/store/harness.ts';
import { sealAudit } from '../audit/seal-audit.ts';
import { verifyAudit } from '../audit/verify-audit.ts';
import { initRing, loadRing } from '../keys/ring.ts';
import { createStore } from '../store/open.ts';
import type { Person, Store } from '../store/store.ts';
import { joinOpaqueValues } from './opaque-values.ts';
import { people } from './people.ts';
import { sessions } from './sessions.ts';
import { UsageError } from './usage-error.ts';

let folder: string;
let store: Store;
let person: Person;
const quiet = () => undefined;
const parts = () => ({
  store,
  ring: loadRing(join(folder, 'keys')),
  now: () => t0,
  log: { info: quiet, warn: quiet, error: quiet },
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-people-'));
  writeFileSync(
    join(folder, 'latchkey.yaml'),
    `
issuer: https://latchkey.example.com
keys_file: keys
store: "sqlite:./latchkey.db"
upstreams:
  okta: { issuer: "https://acme.okta.com", client_id: latchkey, client_secret_file: secret }
resources: {}
`,
  );
  writeFileSync(join(folder, 'secret'), 'of-this-test-only');
  initRing(join(folder, 'keys'), t0);
  store = await createStore(`sqlite:${join(folder, 'latchkey.db')}`, { now: () => t0 });
  await store.migrate();
  person = await store.upsertPerson(newPerson(), t0);
  await insertedSession(store, person);
  await insertedDeviceSession(store, person);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await store.close();
  rmSync(folder, { recursive: true });
});

async function run(command: typeof people, ...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err] = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockReturnValue(true));
  const code = await command(joinOpaqueValues([...argv, '--config', join(folder, 'latchkey.yaml')]));
  const printed = [out, err].map((write) => write?.mock.calls.map(([text]) => String(text)).join('') ?? '');
  vi.restoreAllMocks();
  return { code, out: printed[0] ?? '', err: printed[1] ?? '' };
}

it('shows first whom it would erase, and changes nothing', async () => {
  const shown = await run(people, 'erase', '--email', person.email?.toUpperCase() ?? '');
  expect(shown).toMatchObject({ code: 0, err: '' });
  expect(shown.out).toContain(person.sub);
  expect(shown.out).toContain('1 browser sessions, 1 devices, 0 consents');
  expect(shown.out).toContain('Add --yes');
  expect(await store.listSessions(person.sub)).toHaveLength(1);
});

it('erases a person, from the audit log too, which says who did it and stays verifiable', async () => {
  await store.appendAudit({ type: 'page.signed_in', sub: person.sub, detail: { from: '192.0.2.1' } }, t0);
  await sealAudit(parts());
  const { head } = await verifyAudit(parts());
  const erased = await run(people, 'erase', '--sub', person.sub, '--yes', '--by', 'Ada, ticket 4711');
  expect(erased).toMatchObject({ code: 0, err: '' });
  expect(erased.out).toContain(`Erased ${person.sub}: 1 browser sessions, 1 devices, 0 consents`);
  expect(await store.getPerson(person.sub)).toBeUndefined();
  const entries = await store.auditAfter(0, 100);
  for (const name of [person.sub, person.idpSub, person.email, '192.0.2.1']) {
    expect(JSON.stringify(entries)).not.toContain(name);
  }
  expect(entries.at(-1)).toMatchObject({
    type: 'person.erased',
    detail: {
      sessions: 1,
      devices: 1,
      operator: { user: userInfo().username, host: hostname(), by: 'Ada, ticket 4711' },
    },
  });
  expect(await verifyAudit(parts(), head)).toMatchObject({ problems: [], unsealed: 0 });
  const again = await run(people, 'erase', '--sub', person.sub, '--yes');
  expect(again).toMatchObject({ code: 1, out: '' });
  expect(again.err).toContain(`No one has the ID "${person.sub}"`);
});

it('erases what they did under the subjects that they had before they were one person', async () => {
  const issuer = 'https://new.example.com';
  const subs = [person.sub];
  for (const step of ['second', 'third']) {
    const { sub } = await store.upsertPerson(
      { issuer: `${issuer}/${step}`, idpSub: 'x', upstream: 'okta', newSub: step },
      t0 + 1,
    );
    subs.push(sub);
    await store.appendAudit({ type: 'page.signed_in', sub, detail: { from: '192.0.2.2' } }, t0);
  }
  // Each move makes one person of two.
  for (const [from, to] of [
    [`${issuer}/third`, `${issuer}/second`],
    [`${issuer}/second`, person.issuer],
  ] as const) {
    const subjectOf = () => (to === person.issuer ? person.idpSub : 'x');
    await store.movePeople({ from, to, subjectOf }, { limit: 10, after: undefined }, ({ sub, merged }) => ({
      at: t0,
      audit: [{ type: 'person.moved', sub, detail: { from, to, ...(merged && { merged }) } }],
    }));
  }
  await sealAudit(parts());
  expect(await run(people, 'erase', '--sub', person.sub, '--yes')).toMatchObject({ code: 0, err: '' });
  const left = JSON.stringify(await store.auditAfter(0, 100));
  for (const name of [...subs, '192.0.2.2']) expect(left).not.toContain(name);
  expect(await verifyAudit(parts())).toMatchObject({ problems: [], unsealed: 0 });
});

it.each([
  [['erase'], 'say who'],
  [['erase', '--sub', 'a', '--email', 'b'], 'say who'],
  [['forget', '--sub', 'a'], 'expected "people erase"'],
])('is told what is missing: %j', async (argv, message) => {
  await expect(run(people, ...argv)).rejects.toThrow(message);
});

it('every command says in its audit entries who ran it', async () => {
  await run(sessions, 'revoke', '--sub', person.sub, '--by', 'help desk');
  const ended = (await store.auditAfter(0, 100)).filter(({ type }) => /ended$/.test(type));
  expect(ended).toHaveLength(2);
  for (const { detail } of ended) {
    expect(detail.operator).toEqual({ user: userInfo().username, host: hostname(), by: 'help desk' });
  }
});

it.each(['', ' ', 'a\nb', 'x'.repeat(201)])('--by takes a line of text, and not %j', async (by) => {
  await expect(run(sessions, 'revoke', '--all', '--by', by)).rejects.toThrow(UsageError);
  expect(await store.listSessions(person.sub)).toHaveLength(1);
});
