import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { onChange } from './watch.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'latchkey-watch-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

it('acts at a change and at a replacement, each once, and not where the content is the same', async () => {
  const file = join(dir, 'a.yaml');
  await writeFile(file, '1');
  let acts = 0;
  const stop = onChange(file, async () => {
    acts += 1;
  });
  await writeFile(file, '2');
  await expect.poll(() => acts).toBe(1);
  await writeFile(file, '2');
  await writeFile(join(dir, 'new'), '3');
  await rename(join(dir, 'new'), file);
  await expect.poll(() => acts).toBe(2);
  stop();
});
