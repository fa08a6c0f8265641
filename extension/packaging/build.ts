import { targets } from '../../manifest.config.ts';
import { scriptOptions } from '../../packaging/script-options.ts';
import { readBuildConfig, storeBuild } from './build-config.ts';
import { buildExtension } from './build-extension.ts';
import { identityLines } from './identity.ts';
import { sizeLine } from './sizes.ts';
import { readVersion } from './version.ts';

const usage = `npm run build:extension -- [options]

Builds the extension for Chrome and Firefox, and prints its IDs and the size of each part.

  --config FILE  build for the broker and the sites of this configuration (default: for a store)
  --out DIR      folder for chrome/ and firefox/ (default: dist)`;

const { values } = scriptOptions(usage, {
  options: { config: { type: 'string' }, out: { type: 'string', default: 'dist' } },
});

const config = values.config === undefined ? storeBuild : await readBuildConfig(values.config);
const version = await readVersion();

for (const fault of config.identityFaults ?? []) console.error(fault);
for (const target of targets) {
  for (const line of identityLines(target, config)) console.log(`${target.padEnd(8)} ${line}`);
  for (const size of await buildExtension(config, { target, version, outDir: values.out })) {
    console.log(`${target.padEnd(8)} ${sizeLine(size)}`);
  }
}
