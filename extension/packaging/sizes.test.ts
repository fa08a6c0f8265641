import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { measure, sizeLine } from './sizes.ts';

it('prints the size of a part', () => {
  expect(sizeLine({ part: 'bridge', bytes: 1_947 })).toBe('bridge      1.9 kB (gzip)');
});

it('weighs a script with all that it imports, each once', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'latchkey-sizes-'));
  const text = randomBytes(1_000).toString('base64');
  await writeFile(join(dir, 'lib.js'), `export const a = "${text}"`);
  await writeFile(join(dir, 'other.js'), 'export * from "./lib.js"');
  await writeFile(join(dir, 'main.js'), 'import {a} from "./lib.js"; import "/other.js"');
  const { bytes } = await measure(dir, 'popup', ['main.js']);
  expect(bytes).toBeGreaterThan(1_000);
  expect(bytes).toBeLessThan(1_600);
  await rm(dir, { recursive: true });
});
