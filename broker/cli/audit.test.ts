import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { sealAudit } from '../audit/seal-audit.ts';
import { initRing, loadRing } from '../keys/ring.ts';
import { createStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { audit } from './audit.ts';
import { UsageError } from './usage-error.ts';

const now = () => 1_800_000_000_000;
const quiet = () => undefined;
let folder: string;
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-audit-'));
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
  initRing(join(folder, 'keys'), now());
  store = await createStore(`sqlite:${join(folder, 'latchkey.db')}`, { now });
  await store.migrate();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await store.close();
  rmSync(folder, { recursive: true });
});

async function run(...argv: string[]): Promise<{ code: number; out: string }> {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const code = await audit([...argv, '--config', join(folder, 'latchkey.yaml')]);
  const out = write.mock.calls.map(([text]) => String(text)).join('');
  vi.restoreAllMocks();
  return { code, out };
}
const exported = async (...argv: string[]) =>
  (await run('export', ...argv)).out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
    .map(({ detail, batch }) => [detail.n, batch]);
const add = (n: number) => store.appendAudit({ type: 'x', detail: { n } }, now());
const seal = () =>
  sealAudit({
    store,
    ring: loadRing(join(folder, 'keys')),
    now,
    log: { info: quiet, warn: quiet, error: quiet },
  });

it('exports all entries, or those after a number', async () => {
  for (const n of [1, 2, 3]) await add(n);
  const [, second] = await store.auditAfter(0, 10);
  expect((await exported()).map(([n]) => n)).toEqual([1, 2, 3]);
  expect((await exported('--after', String(second?.seq))).map(([n]) => n)).toEqual([3]);
});

it('exports sealed batches to collectors, and what is not sealed later', async () => {
  await add(1);
  await seal();
  await add(2);
  await add(3);
  await seal();
  await add(4);
  expect(await exported('--after-batch', '0')).toEqual([
    [1, 1],
    [2, 2],
    [3, 2],
  ]);
  await seal();
  expect(await exported('--after-batch', '2')).toEqual([[4, 3]]);
});

it.each([
  ['export', '--after', 'x'],
  ['export', '--after-batch', 'x'],
  ['export', '--after', '1', '--after-batch', '1'],
  ['verify', '--head', '7'],
  ['verify', '--after', '1'],
  ['export', '--head', '7'],
  ['forget'],
])('refuses %s %s %s', async (...argv) => {
  await expect(run(...argv)).rejects.toThrow(UsageError);
});

it('verifies, also that the log still has a batch that was seen before', async () => {
  await add(1);
  const batch = await seal();
  const { code, out } = await run('verify', '--head', `1:${batch?.hash}`);
  expect(code).toBe(0);
  expect(out).toBe(`checked   1 entry in 1 batch\nhead      1:${batch?.hash}\nThe audit log is unchanged.\n`);
  expect((await run('verify', '--head', `1:${'A'.repeat(43)}`)).code).toBe(1);
});
