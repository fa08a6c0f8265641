import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { targets } from '../../manifest.config.ts';
import { readBuildConfig, storeBuild } from './build-config.ts';
import { buildExtension } from './build-extension.ts';
import { lintFirefox } from './firefox-lint.ts';
import { readVersion } from './version.ts';
import { zipFolder } from './zip.ts';

/**
 * `npm run package:extension [-- --config latchkey.yaml] [--out DIR]`: builds for both browsers, lints like Mozilla's
 * store, and writes DIR/latchkey-<version>-<browser>.zip. The output is reproducible.
 */
const { values } = parseArgs({ options: { config: { type: 'string' }, out: { type: 'string', default: 'dist' } } });
const config = values.config === undefined ? storeBuild : await readBuildConfig(values.config);
const version = await readVersion();

await mkdir(values.out, { recursive: true });
for (const target of targets) {
  await buildExtension(config, { target, version, outDir: values.out });
  const root = join(values.out, target);
  if (target === 'firefox') {
    const complaints = await lintFirefox(root);
    for (const complaint of complaints) console.error(complaint);
    console.log(
      `firefox  lint: ${complaints.length === 0 ? 'no error, no warning' : `${complaints.length} complaints`}`,
    );
    if (complaints.length > 0) process.exitCode = 1;
  }
  const file = join(values.out, `latchkey-${version}-${target}.zip`);
  const bytes = await zipFolder(root);
  await writeFile(file, bytes);
  console.log(
    `${target.padEnd(8)} ${file} ${bytes.length} bytes sha256:${createHash('sha256').update(bytes).digest('hex')}`,
  );
}
