import { createHash } from 'node:crypto';
import { mkdtemp, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { targets } from '../../manifest.config.ts';
import { storeBuild } from './build-config.ts';
import { buildExtension } from './build-extension.ts';
import { lintFirefox } from './firefox-lint.ts';
import { zipFolder } from './zip.ts';

let dir: string;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'latchkey-package-'));
});
afterAll(() => rm(dir, { recursive: true, force: true }));

it.each(targets)(
  'packages the same bytes for %s, built twice, elsewhere and at another time',
  async (target) => {
    const hashes: string[] = [];
    for (const place of ['first', 'second/deeper']) {
      const outDir = join(dir, place);
      await buildExtension(storeBuild, { target, version: '1.2.3', outDir });
      const root = join(outDir, target);
      await utimes(join(root, 'manifest.json'), hashes.length, hashes.length);
      hashes.push(
        createHash('sha256')
          .update(await zipFolder(root))
          .digest('hex'),
      );
    }
    expect(hashes[0]).toBe(hashes[1]);
  },
  60_000,
);

it('has nothing that Mozilla’s linter complains about', async () => {
  expect(await lintFirefox(join(dir, 'first', 'firefox'))).toEqual([]);
}, 60_000);
