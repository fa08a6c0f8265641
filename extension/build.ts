import { parseArgs } from 'node:util';
import { targets } from '../manifest.config.ts';
import { buildExtension } from './build/build.ts';
import { readBuildConfig, storeBuild } from './build/config.ts';
import { budgets } from './build/sizes.ts';
import { readVersion } from './build/version.ts';

/**
 * `npm run build [-- --config latchkey.yaml] [--out DIR]`: builds the extension for Chrome and Firefox
 * into DIR/chrome and DIR/firefox, prints what each part weighs, and fails where one weighs too much.
 */
const { values } = parseArgs({
  options: { config: { type: 'string' }, out: { type: 'string', default: 'dist' } },
});

const config = values.config === undefined ? storeBuild : await readBuildConfig(values.config);
const version = await readVersion();

for (const target of targets) {
  for (const { part, bytes } of await buildExtension(config, { target, version, outDir: values.out })) {
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
