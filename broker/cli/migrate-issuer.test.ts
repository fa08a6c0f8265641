import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { insertedSession, newPerson, t0 } from '../../test/conformance/store/harness.ts';
import { createStore } from '../store/open.ts';
import type { Person, Store } from '../store/store.ts';
import { migrateIssuer } from './migrate-issuer.ts';

const from = 'https://old.example.com';
const to = 'https://new.example.com';
let folder: string;
let store: Store;
let isAway: boolean;
let person: Person;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-issuer-'));
  isAway = false;
  vi.stubGlobal('fetch', async (url: string | URL) => {
    if (isAway || String(url) !== `${to}/.well-known/openid-configuration`) throw new TypeError('fetch failed');
    // Some providers name themselves with a slash that the configuration doesn't have.
    return Response.json({ issuer: `${to}/` });
  });
  configure(to);
  writeFileSync(join(folder, 'secret'), 'of-this-test-only');
  store = await createStore(`sqlite:${join(folder, 'latchkey.db')}`, { now: () => t0 });
  await store.migrate();
  person = await store.upsertPerson({ ...newPerson(), issuer: from }, t0);
  await insertedSession(store, person, { issuer: from });
});
afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  await store.close();
  rmSync(folder, { recursive: true });
});

const configure = (issuer: string, more = '') =>
  writeFileSync(
    join(folder, 'latchkey.yaml'),
    `
issuer: https://latchkey.example.com
keys_file: keys
store: "sqlite:./latchkey.db"
upstreams:
  okta: { issuer: "${issuer}", ${more} client_id: latchkey, client_secret_file: secret }
resources: {}
`,
  );

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err] = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockReturnValue(true));
  try {
    const code = await migrateIssuer([...argv, '--config', join(folder, 'latchkey.yaml')]);
    const printed = [out, err].map((write) => write?.mock.calls.map(([text]) => String(text)).join('') ?? '');
    return { code, out: printed[0] ?? '', err: printed[1] ?? '' };
  } finally {
    vi.restoreAllMocks();
  }
}
const file = (text: string) => {
  writeFileSync(join(folder, 'subjects.csv'), text);
  return join(folder, 'subjects.csv');
};

it('moves people to the issuer as the provider itself writes it, and can be repeated', async () => {
  expect(await run('--from', from, '--to', to, '--dry-run')).toMatchObject({ code: 0, err: '' });
  expect((await store.getPerson(person.sub))?.issuer).toBe(from);
  // The slash at the end makes no difference.
  const moved = await run('--from', `${from}/`, '--to', to, '--by', 'ticket 4711');
  expect(moved).toMatchObject({ code: 0, err: '' });
  expect(moved.out).toContain('Moved 1 people.');
  expect(moved.out).toContain('1 browser sessions and 0 devices have to sign in again');
  expect((await store.getPerson(person.sub))?.issuer).toBe(`${to}/`);
  const again = await run('--from', from, '--to', to);
  expect(again).toMatchObject({ code: 0, err: '' });
  expect(again.out).toContain('Moved 0 people.');
  const [entry] = (await store.auditAfter(0, 10)).filter(({ type }) => type === 'person.moved');
  expect(entry).toMatchObject({ sub: person.sub, detail: { from, to: `${to}/`, operator: { by: 'ticket 4711' } } });
});

it('reads the metadata where the configuration says it is', async () => {
  const elsewhere = 'https://cdn.example.com/metadata.json';
  vi.stubGlobal('fetch', async (url: string | URL) => {
    if (String(url) !== elsewhere) throw new TypeError('fetch failed');
    return Response.json({ issuer: to });
  });
  configure(to, `discovery_url: "${elsewhere}",`);
  expect(await run('--from', from, '--to', to)).toMatchObject({ code: 0, err: '' });
  expect((await store.getPerson(person.sub))?.issuer).toBe(to);
});

it('takes other subjects from a file', async () => {
  const subjects = file(`${person.idpSub}, new-subject\r\n\r\n`);
  expect(await run('--from', from, '--to', to, '--subjects', subjects)).toMatchObject({ code: 0, err: '' });
  expect(await store.getPerson(person.sub)).toMatchObject({ issuer: `${to}/`, idpSub: 'new-subject' });
});

it.each([
  ['the configuration still has the old one', () => configure(from), 'Change "issuer" under "upstreams" first'],
  [
    'the new one is away',
    () => {
      isAway = true;
    },
    "can't be reached",
  ],
])('changes nothing while %s', async (_, prepare, message) => {
  prepare();
  const refused = await run('--from', from, '--to', to);
  expect(refused).toMatchObject({ code: 1, out: '' });
  expect(refused.err).toContain(message);
  expect(refused.err).toContain('Nothing was changed.');
  expect((await store.getPerson(person.sub))?.issuer).toBe(from);
});

it('names the issuers that there are where the old one is a typo', async () => {
  const typo = await run('--from', 'https://odl.example.com', '--to', to);
  expect(typo).toMatchObject({ code: 1, out: '' });
  expect(typo.err).toContain(`The store has: ${from} (1 people)`);
});

it.each([
  [['--to', 'https://b.example'], '--from and --to are required'],
  [['--from', 'a', '--to', 'https://b.example'], '--from must be a URL'],
  [['--from', 'https://a.example', '--to', 'https://a.example/'], 'the same issuer'],
])('is told what is missing: %j', async (argv, message) => {
  await expect(run(...argv)).rejects.toThrow(message);
});

it.each([
  ['one', 'line 1'],
  ['a,b,c', 'line 1'],
  ['a,b\na,c', 'line 2'],
  ['a,b\nc,b', 'line 2'],
])('takes no file of subjects such as %j', async (text, message) => {
  await expect(run('--from', from, '--to', to, '--subjects', file(text))).rejects.toThrow(message);
});
