import { parseArgs } from 'node:util';
import { targets } from '../../manifest.config.ts';
import { readBuildConfig, storeBuild } from './build-config.ts';
import { buildExtension } from './build-extension.ts';
import { identityLines } from './identity.ts';
import { judge } from './sizes.ts';
import { readVersion } from './version.ts';

/**
 * `npm run build:extension [-- --config latchkey.yaml] [--out DIR]`: builds the extension for Chrome and Firefox into
 * DIR/chrome and DIR/firefox, prints the ID and the size of each part, and fails if one is over its limit.
 */
const { values } = parseArgs({
  options: { config: { type: 'string' }, out: { type: 'string', default: 'dist' } },
});

const config = values.config === undefined ? storeBuild : await readBuildConfig(values.config);
const version = await readVersion();

for (const fault of config.identityFaults ?? []) console.error(fault);
for (const target of targets) {
  for (const line of identityLines(target, config)) console.log(`${target.padEnd(8)} ${line}`);
  for (const size of await buildExtension(config, { target, version, outDir: values.out })) {
    const { line, fault } = judge(size);
    console.log(`${target.padEnd(8)} ${line}`);
    if (fault === undefined) continue;
    console.error(fault);
    process.exitCode = 1;
  }
}
