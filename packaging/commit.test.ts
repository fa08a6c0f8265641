import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { commitOf } from './commit.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'latchkey-commit-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const git = (...args: string[]): string => {
  const identity = ['-c', 'user.name=A', '-c', 'user.email=a@example.com'];
  return execFileSync('git', [...identity, ...args], { cwd: dir, encoding: 'utf8', stdio: 'pipe' }).trim();
};

it('names the commit, and says if a file differs from it', async () => {
  git('init', '--quiet');
  await writeFile(join(dir, 'file'), 'one');
  git('add', 'file');
  git('commit', '--quiet', '--message', 'first');
  const head = git('rev-parse', 'HEAD');
  expect(head).toMatch(/^[0-9a-f]{40}$/);
  await writeFile(join(dir, 'untracked'), '');
  expect(commitOf(dir)).toBe(head);
  await writeFile(join(dir, 'file'), 'two');
  expect(commitOf(dir)).toBe(`${head}-modified`);
});

it('names none without Git, before the first commit, or in a folder of another repository', async () => {
  expect(commitOf(dir)).toBeUndefined();
  git('init', '--quiet');
  expect(commitOf(dir)).toBeUndefined();
  git('commit', '--quiet', '--allow-empty', '--message', 'first');
  await mkdir(join(dir, 'archive'));
  expect(commitOf(join(dir, 'archive'))).toBeUndefined();
});
