import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { insertedSession, newPerson, t0 } from '../../test/conformance/store/harness.ts';
import { sealAudit } from '../audit/seal-audit.ts';
import { createRing, initRing, loadRing, RingError } from '../keys/ring.ts';
import { rotateRing } from '../keys/rotate-ring.ts';
import { createStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { compromised } from './compromised.ts';
import { UsageError } from './usage-error.ts';

let folder: string;
let keysFile: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-compromised-'));
  keysFile = join(folder, 'keys');
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
  initRing(keysFile, t0);
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
  try {
    const code = await compromised([...argv, '--config', join(folder, 'latchkey.yaml')]);
    const printed = [out, err].map((write) => write?.mock.calls.map(([text]) => String(text)).join('') ?? '');
    return { code, out: printed[0] ?? '', err: printed[1] ?? '' };
  } finally {
    vi.restoreAllMocks();
  }
}
/** Simulates another rotation in progress, or a folder that isn't writable. */
const blockKeysFile = () => writeFileSync(`${keysFile}.next`, '');
const stateOf = async (id: string) => (await store.getSession(id))?.state;
const kids = () => loadRing(keysFile).all.map(({ kid }) => kid);

/** A session that is encrypted with the old key, one with a newer key, and one without encrypted data. */
async function threeSessions(): Promise<{ old: string; newer: string }> {
  const [old = ''] = kids();
  const newer = rotateRing(keysFile, t0);
  const person = await store.upsertPerson(newPerson(), t0);
  await insertedSession(store, person, { id: 'old', ringKid: old });
  await insertedSession(store, person, { id: 'newer', ringKid: newer });
  await insertedSession(store, person, { id: 'none', ringKid: undefined, sealedRefresh: undefined });
  return { old, newer };
}

it.each([
  ['--keys', { old: 'ended', newer: 'ended', none: 'active' }],
  ['--database', { old: 'ended', newer: 'ended', none: 'ended' }],
  ['--both', { old: 'ended', newer: 'ended', none: 'ended' }],
])('%s replaces all keys and ends what is at risk', async (option, states) => {
  const stolen = await threeSessions();
  expect(await run(option)).toMatchObject({ code: 0, err: '' });
  for (const [id, state] of Object.entries(states)) expect([id, await stateOf(id)]).toEqual([id, state]);
  expect(kids()).toHaveLength(1);
  expect(Object.values(stolen)).not.toContain(kids()[0]);
  const signing = await store.listSigningKeys();
  const current = kids()[0];
  expect(signing.map(({ alg, state, ringKid }) => [alg, state, ringKid]).sort()).toEqual([
    ['ES256', 'active', current],
    ['ES256', 'next', current],
    ['RS256', 'active', current],
    ['RS256', 'next', current],
  ]);
});

it('with an old key that was stolen leaves the current one, and what it encrypts', async () => {
  const { old, newer } = await threeSessions();
  expect(await run('--keys', '--key', old)).toMatchObject({ code: 0, err: '' });
  expect(await stateOf('old')).toBe('ended');
  expect(await stateOf('newer')).toBe('active');
  expect(kids()).toEqual([newer]);
});

it('changes nothing where the key file cannot be replaced', async () => {
  await threeSessions();
  const before = readFileSync(keysFile, 'utf8');
  blockKeysFile();
  await expect(run('--both')).rejects.toThrow(RingError);
  expect(readFileSync(keysFile, 'utf8')).toBe(before);
  expect(await stateOf('none')).toBe('active');
  expect(await store.auditAfter(0, 10)).toEqual([]);
});

it('does the rest where the current key is new already, and says which lines to remove', async () => {
  const { old } = await threeSessions();
  blockKeysFile();
  const { code, out } = await run('--both', '--key', old);
  expect(code).toBe(1);
  expect(out).toContain(`${old} is still in ${keysFile}`);
  expect(out).toContain(`1. Remove the stolen keys from ${keysFile}`);
  expect(await stateOf('newer')).toBe('ended');
});

it('says that the audit log was changed, which nobody can tell when the old keys are gone', async () => {
  const quiet = () => undefined;
  const log = { info: quiet, warn: quiet, error: quiet };
  await store.appendAudit({ type: 'session.created', sub: 'ada', detail: {} }, t0);
  await sealAudit({ store, ring: loadRing(keysFile), now: () => t0, log });
  // The thief has the database, but not the key: the hash is right, and the MAC is not.
  const thief = createRing([{ kid: kids()[0] ?? '', key: Buffer.alloc(32) }]);
  await store.appendAudit({ type: 'session.created', sub: 'grace', detail: {} }, t0);
  await sealAudit({ store, ring: thief, now: () => t0, log });

  const { code, out } = await run('--database');
  const problem = `Batch 2 was not sealed with the key ${thief.current.kid}.`;
  expect(code).toBe(1);
  expect(out).toContain(problem);
  expect(out).toContain('1. Somebody has changed the audit log.');
  const entries = await store.auditAfter(0, 100);
  expect(entries.find(({ type }) => type === 'keys.compromised')?.detail).toMatchObject({ auditProblems: [problem] });
  expect(kids()).not.toContain(thief.current.kid);
});

it('wants to be told what was stolen', async () => {
  await expect(run()).rejects.toThrow(UsageError);
});
