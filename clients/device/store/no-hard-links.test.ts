import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { withLock } from './file-lock.ts';

const link = vi.hoisted(() => ({ code: '' }));
// Few machines have a file system without hard links mounted.
vi.mock('node:fs/promises', async (original) => ({
  ...(await original<typeof import('node:fs/promises')>()),
  link: () => Promise.reject(Object.assign(new Error(`${link.code}: not here`), { code: link.code, syscall: 'link' })),
}));

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'latchkey-'));
});
afterEach(() => rm(directory, { recursive: true }));

const options = { now: () => Date.now(), sleep: (ms: number) => sleep(ms) };

it.each(['ENOTSUP', 'EOPNOTSUPP', 'EPERM', 'EXDEV', 'EISDIR', 'ENOSYS'])(
  'where a hard link fails with %s, one holds the lock at a time, and leaves nothing',
  async (code) => {
    link.code = code;
    const path = join(directory, 'lock');
    let [holders, most] = [0, 0];
    const hold = () =>
      withLock(
        path,
        async () => {
          holders += 1;
          most = Math.max(most, holders);
          await sleep(5);
          holders -= 1;
        },
        options,
      );
    await Promise.all(Array.from({ length: 8 }, hold));
    expect(most).toBe(1);
    expect(await readdir(directory)).toEqual([]);
  },
);

it('takes the lock of a process that is gone', async () => {
  link.code = 'ENOTSUP';
  const path = join(directory, 'lock');
  await writeFile(path, JSON.stringify({ pid: 1, host: 'elsewhere', since: 0, nonce: 'gone' }));
  await utimes(path, 0, 0);
  expect(await withLock(path, async () => 'held', options)).toBe('held');
});

it('names what else is wrong with the folder', async () => {
  link.code = 'EIO';
  await expect(withLock(join(directory, 'lock'), async () => undefined, options)).rejects.toMatchObject({
    code: 'unwritable',
    message: expect.stringContaining('(EIO)'),
  });
});
