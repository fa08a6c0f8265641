import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { type Target, targets } from '../manifest.config.ts';
import { createViteConfig } from '../vite.config.ts';
import { readBuildConfig, storeBuild } from './build/config.ts';
import { budgets, measure, type PartSize } from './build/sizes.ts';

/**
 * `npm run build [-- --config latchkey.yaml] [--out DIR]`: builds the extension for Chrome and Firefox
 * into DIR/chrome and DIR/firefox, prints what each part weighs, and fails where one weighs too much.
 */
const { values } = parseArgs({
  options: { config: { type: 'string' }, out: { type: 'string', default: 'dist' } },
});

const config = values.config === undefined ? storeBuild : await readBuildConfig(values.config);
const version = (
  JSON.parse(await readFile(join(import.meta.dirname, '../package.json'), 'utf8')) as { version: string }
).version;

/** Entry scripts of the parts, as the built manifest and pages name them. */
async function partsOf(root: string): Promise<PartSize[]> {
  const manifest = JSON.parse(await readFile(join(root, 'manifest.json'), 'utf8')) as {
    background: { service_worker?: string; scripts?: string[] };
  };
  const files = (await readdir(root, { recursive: true })).map((file) => relative('.', file));
  const { service_worker: worker, scripts = [] } = manifest.background;
  const popup = await readFile(join(root, 'ui/popup.html'), 'utf8');
  const scriptOf = [...popup.matchAll(/<script[^>]+src="\/?([^"]+)"/g)].map(([, src = '']) => src);
  return Promise.all([
    measure(
      root,
      'bridge',
      files.filter((file) => file.endsWith('bridge.iife.js')),
    ),
    measure(root, 'background', worker === undefined ? scripts : [worker]),
    measure(root, 'popup', scriptOf),
  ]);
}

async function buildFor(target: Target): Promise<void> {
  await build(createViteConfig({ ...config, target, version, outDir: values.out }));
  for (const { part, bytes } of await partsOf(join(values.out, target))) {
    const limit = budgets[part];
    console.log(
      `${target.padEnd(8)} ${part.padEnd(11)} ${(bytes / 1_024).toFixed(1)} kB of ${limit / 1_024} kB (gzip)`,
    );
    if (bytes > limit) {
      console.error(`${part} is over its budget: see what it imports, or give a reason and raise it in build/sizes.ts`);
      process.exitCode = 1;
    }
  }
}

for (const target of targets) await buildFor(target);
