import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';
import { createStore } from '../../../broker/store/open.ts';
import { t0 } from './values.ts';

it('is one SQLite store to several processes that start on no file at all', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-processes-'));
  const path = join(folder, 'latchkey.db');
  const script = join(import.meta.dirname, 'sqlite-process.ts');
  const rounds = 30;
  const run = async (name: string) => {
    const { stdout } = await promisify(execFile)(process.execPath, [script, path, name, String(rounds)]);
    return JSON.parse(stdout) as { sub: string; hasKey: boolean; first: number };
  };
  const results = await Promise.all(['a', 'b', 'c', 'd'].map(run));
  expect(new Set(results.map(({ sub }) => sub)).size).toBe(1);
  expect(results.filter(({ hasKey }) => hasKey)).toHaveLength(1);
  expect(results.reduce((sum, { first }) => sum + first, 0)).toBe(rounds);

  const store = await createStore(`sqlite:${path}`, { now: () => t0 });
  expect(await store.peek('together', t0)).toBe(4 * rounds);
  expect((await store.listConsents(results[0]?.sub ?? ''))[0]?.scopes).toHaveLength(4 * rounds);
  await store.close();
  await rm(folder, { recursive: true });
});
