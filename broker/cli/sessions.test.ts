import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { insertedDeviceSession, insertedSession, newPerson, t0 } from '../../test/conformance/store/harness.ts';
import { createStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { sessions } from './sessions.ts';

const configuration = `
issuer: https://latchkey.example.com
keys_file: keys
store: "sqlite:./latchkey.db"
upstreams:
  okta: { issuer: "https://acme.okta.com", client_id: latchkey, client_secret_file: secret }
resources: {}
`;

let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-sessions-'));
  writeFileSync(join(folder, 'latchkey.yaml'), configuration);
  writeFileSync(join(folder, 'secret'), 'of-this-test-only');
  store = await createStore(`sqlite:${join(folder, 'latchkey.db')}`, { now: () => t0 });
  await store.migrate();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await store.close();
  rmSync(folder, { recursive: true });
});

async function run(...argv: string[]): Promise<{ code: number; out: string }> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const code = await sessions([...argv, '--config', join(folder, 'latchkey.yaml')]);
  const out = write.mock.calls.map(([text]) => String(text)).join('');
  write.mockRestore();
  return { code, out };
}

const engine = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)';

it.each([
  [`${engine} Chrome/156.0.0.0 Safari/537.36`, 'Chrome on Windows'],
  [`${engine} Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0`, 'Edge on Windows'],
  [`${engine} Chrome/155.0.0.0 Safari/537.36 OPR/130.0.0.0`, 'Opera on Windows'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0', 'Firefox on Linux'],
])('lists %s as %s', async (userAgent, name) => {
  const person = await store.upsertPerson(newPerson(), t0);
  const { id } = await insertedSession(store, person, { userAgent });
  const [header, line, end] = (await run('list')).out.split('\n');
  expect(header).toMatch(/^KIND .* ON .* ID/);
  expect(line).toMatch(new RegExp(` ${name} +${id}$`));
  expect(end).toBe('');
});

it('says how many it has revoked, and 1 where the id named none', async () => {
  const person = await store.upsertPerson(newPerson(), t0);
  const [first, ...others] = [
    await insertedSession(store, person),
    ...[0, 1].map(() => insertedSession(store, person)),
  ];
  await Promise.all(others);
  expect(await run('revoke', '--id', first.id)).toEqual({ code: 0, out: 'Revoked 1 session.\n' });
  expect(await run('revoke', '--id', first.id)).toEqual({ code: 1, out: 'Revoked 0 sessions.\n' });
  expect(await run('revoke', '--sub', person.sub)).toEqual({ code: 0, out: 'Revoked 2 sessions.\n' });
  expect(await run('revoke', '--sub', person.sub)).toEqual({ code: 0, out: 'Revoked 0 sessions.\n' });
  expect(await run('list')).toEqual({ code: 0, out: 'No matching sessions.\n' });
});

it('finds a person by e-mail in every spelling, and says 1 where nobody has it', async () => {
  const zoe = await store.upsertPerson({ ...newPerson(), email: 'Zo\u00eb@bücher.example' }, t0);
  await insertedSession(store, zoe);
  expect(await run('revoke', '--email', 'zoe@bücher.example')).toEqual({ code: 1, out: 'Revoked 0 sessions.\n' });
  expect(await run('revoke', '--sub', 'nobody')).toEqual({ code: 1, out: 'Revoked 0 sessions.\n' });
  const revoked = { code: 0, out: 'Revoked 1 session.\n' };
  expect(await run('revoke', '--email', 'ZOE\u0308@xn--bcher-kva.example')).toEqual(revoked);
});

it('revokes one session without a word about the others of its person', async () => {
  const person = await store.upsertPerson(newPerson(), t0);
  const [first, second] = [await insertedSession(store, person), await insertedSession(store, person)];
  await run('revoke', '--id', first.id);
  expect((await store.listSessions(person.sub)).map(({ id }) => id)).toEqual([second.id]);
  const [entry] = await store.auditAfter(0, 10);
  const detail = { session: first.id, reason: 'administrator' };
  expect(entry).toMatchObject({ type: 'session.ended', sub: person.sub, detail });
  const [{ event } = {}] = await store.revocationsAfter(0, 10);
  expect(event).toEqual({ type: 'revoked', sessions: [first.id], reason: 'administrator' });
});

it('revokes all devices of a client, and no browser', async () => {
  const person = await store.upsertPerson(newPerson(), t0);
  const browser = await insertedSession(store, person);
  const device = await insertedDeviceSession(store, person);
  expect((await run('list', '--client', device.clientId)).out).toContain(device.id);
  expect((await run('list', '--client', device.clientId)).out).not.toContain(browser.id);
  expect(await run('revoke', '--client', 'another')).toEqual({ code: 0, out: 'Revoked 0 sessions.\n' });
  expect(await run('revoke', '--client', device.clientId)).toEqual({ code: 0, out: 'Revoked 1 session.\n' });
  expect((await store.getSession(browser.id))?.state).toBe('active');
  const entries = await store.auditAfter(0, 10);
  const detail = { client: device.clientId, reason: 'administrator', devices: [device.id] };
  expect(entries.at(-1)).toMatchObject({ type: 'client.revoked', detail });
});
