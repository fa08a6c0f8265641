import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import {
  insertedDeviceSession,
  insertedSession,
  newPerson,
  newSession,
  t0,
} from '../../test/conformance/store/harness.ts';
import { createStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { joinOpaqueValues } from './opaque-values.ts';
import { sessions } from './sessions.ts';
import { UsageError } from './usage-error.ts';

const configuration = `
issuer: https://latchkey.example.com
keys_file: keys
store: "sqlite:./latchkey.db"
upstreams:
  okta: { issuer: "https://acme.okta.com", client_id: latchkey, client_secret_file: secret }
resources: { "https://api.example.com": { name: API, scopes: { read: Read } } }
devices: { tv: { name: TV, allow: { "https://api.example.com": [read] } } }
`;

const revoked = (count: number) => ({ code: 0, out: `Revoked ${count} session${count === 1 ? '' : 's'}.\n`, err: '' });

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

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err] = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockReturnValue(true));
  const code = await sessions(joinOpaqueValues([...argv, '--config', join(folder, 'latchkey.yaml')]));
  const printed = [out, err].map((write) => write?.mock.calls.map(([text]) => String(text)).join('') ?? '');
  vi.restoreAllMocks();
  return { code, out: printed[0] ?? '', err: printed[1] ?? '' };
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

it('says how many it has revoked, and fails where the id names none', async () => {
  const person = await store.upsertPerson(newPerson(), t0);
  const [first, ...others] = [
    await insertedSession(store, person),
    ...[0, 1].map(() => insertedSession(store, person)),
  ];
  await Promise.all(others);
  expect(await run('revoke', '--id', first.id)).toEqual(revoked(1));
  const again = await run('revoke', '--id', first.id);
  expect(again).toMatchObject({ code: 1, out: '' });
  expect(again.err).toContain(`No active session or device has the ID "${first.id}"`);
  expect(await run('revoke', '--sub', person.sub)).toEqual(revoked(2));
  expect(await run('revoke', '--sub', person.sub)).toEqual(revoked(0));
  expect(await run('list')).toMatchObject({ code: 0, out: 'No matching sessions.\n' });
});

it.each([
  ['--sub', 'ada', 'No one has the ID "ada".'],
  ['--email', 'adaa@example.com', 'No one has the email address "adaa@example.com".'],
  ['--client', 'tvv', 'No device has the client "tvv". The configuration has: tv.'],
  ['--upstream', 'otka', 'No session comes from an identity provider "otka". The configuration has: okta.'],
  ['--key', 'k1', 'No session is encrypted with a key "k1".'],
  ['--before', 'yesterday', '"yesterday" is not a time. Write it like 2026-11-27T10:00Z.'],
  ['--before', '7', '"7" is not a time.'],
  ['--before', '11/12/2026', '"11/12/2026" is not a time.'],
  ['--before', '2026-11-27T10:00', '"2026-11-27T10:00" is not a time.'],
  ['--before', '2026-13-01', '"2026-13-01" is not a time.'],
  ['--before', '2999-01-01', '"2999-01-01" is in the future.'],
])('revokes nothing for %s %s, and says why', async (option, value, why) => {
  const person = await store.upsertPerson(newPerson(), t0);
  await insertedSession(store, person);
  const answer = await run('revoke', option, value);
  expect(answer).toMatchObject({ code: 1, out: '' });
  expect(answer.err).toContain(why);
  expect(answer.err).toContain('Nothing was changed.');
  expect(await store.listSessions(person.sub)).toHaveLength(1);
  expect(await store.auditAfter(0, 10)).toEqual([]);
  expect(await store.insertSession({ ...newSession(person), upstream: 'otka' })).toBe('inserted');
});

it.each([
  [
    ['--upstream', 'okta'],
    ['old', 'new', 'resealed'],
  ],
  [['--before', '2026-01-01'], ['old']],
  [['--key', 'ring-2'], ['resealed']],
  [
    ['--upstream', 'okta', '--before', '2026-01-01T00:00:00.001Z'],
    ['old', 'new'],
  ],
  [['--all'], ['old', 'new', 'resealed', 'elsewhere']],
])('revokes with %j what matches, whoever it belongs to', async (options, ended) => {
  const newYear = Date.UTC(2026, 0, 1);
  const sessions = {
    old: { createdAt: newYear - 1 },
    new: { createdAt: newYear },
    resealed: { createdAt: newYear + 1, ringKid: 'ring-2' },
    elsewhere: { createdAt: newYear + 1, upstream: 'entra' },
  };
  for (const [id, values] of Object.entries(sessions)) {
    await insertedSession(store, await store.upsertPerson(newPerson(), t0), { id, upstream: 'okta', ...values });
  }
  expect(await run('revoke', ...options)).toEqual(revoked(ended.length));
  for (const id of Object.keys(sessions)) {
    expect([id, (await store.getSession(id))?.state]).toEqual([id, ended.includes(id) ? 'ended' : 'active']);
  }
  const entries = await store.auditAfter(0, 10);
  expect(entries.map(({ detail }) => detail.session).sort()).toEqual([...ended].sort());
});

it('wants to be told whose sessions to revoke, and does not guess at two answers', async () => {
  for (const options of [[], ['--all', '--upstream', 'okta'], ['--sub', 'a', '--before', '2026-01-01']]) {
    await expect(run('revoke', ...options)).rejects.toThrow(UsageError);
  }
  await expect(run('list', '--all')).rejects.toThrow(UsageError);
});

it('finds a person by e-mail in every spelling, and says 1 where nobody has it', async () => {
  const zoe = await store.upsertPerson({ ...newPerson(), email: 'Zo\u00eb@bücher.example' }, t0);
  await insertedSession(store, zoe);
  expect(await run('revoke', '--email', 'zoe@bücher.example')).toMatchObject({ code: 1, out: '' });
  expect(await run('revoke', '--email', 'ZOE\u0308@xn--bcher-kva.example')).toEqual(revoked(1));
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
  expect(await run('revoke', '--client', device.clientId)).toEqual(revoked(1));
  expect((await store.getSession(browser.id))?.state).toBe('active');
  const entries = await store.auditAfter(0, 10);
  const detail = { client: device.clientId, reason: 'administrator', devices: [device.id] };
  expect(entries.find(({ type }) => type === 'client.revoked')).toMatchObject({ detail });
  // For the person's own activity.
  const ended = { device: device.id, reason: 'administrator' };
  expect(entries.at(-1)).toMatchObject({ type: 'device.ended', sub: person.sub, detail: ended });
});
