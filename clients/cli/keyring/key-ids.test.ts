import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { keyIds } from './key-ids.ts';

const home = await mkdtemp(join(tmpdir(), 'latchkey-'));
const folder = join(home, 'latchkey');
afterAll(() => rm(home, { recursive: true }));

it('gives each profile two names, always the same, which say nothing about it', async () => {
  await mkdir(folder);
  const ids = await keyIds(join(folder, 'work.json'));
  expect(ids).toEqual(await keyIds(join(folder, 'work.json')));
  expect(new Set([...ids, ...(await keyIds(join(folder, 'play.json')))]).size).toBe(4);
  for (const id of ids) expect(id).toMatch(/^[\w-]{24}$/);
  // Two homes can be at one path, in two sandboxes.
  await rename(folder, `${folder}.other`);
  await mkdir(folder);
  expect(new Set([...ids, ...(await keyIds(join(folder, 'work.json')))]).size).toBe(4);
});
