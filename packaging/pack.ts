import { execFile, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { storeBuild } from '../extension/packaging/build-config.ts';
import { buildExtension } from '../extension/packaging/build-extension.ts';
import { readVersion } from '../extension/packaging/version.ts';
import { zipFolder } from '../extension/packaging/zip.ts';
import { targets } from '../manifest.config.ts';
import { packages, root } from './packages.ts';
import { sbomOf } from './sbom.ts';
import { scriptOptions } from './script-options.ts';

const usage = `npm run pack -- [options]

Writes everything that users install: a tarball and an SBOM for each published package, the store build of the extension
for each browser, and the SHA-256 sums of them all. The same source gives the same bytes.

  --out DIR  (default: dist/packages)`;

const { values } = scriptOptions(usage, { options: { out: { type: 'string', default: join(root, 'dist/packages') } } });
const { out } = values;
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });

// Build once here; npm would otherwise rebuild each package before packing it.
const built = spawnSync(process.execPath, ['packaging/build.ts'], { cwd: root, stdio: 'inherit' });
if (built.status !== 0) process.exit(built.status ?? 1);
const workspaces = packages.flatMap(({ name }) => ['--workspace', name]);
await promisify(execFile)('npm', ['pack', '--ignore-scripts', '--pack-destination', out, ...workspaces], { cwd: root });

const version = await readVersion();
for (const { name } of packages) {
  await writeFile(join(out, `${name.replace('@', '').replace('/', '-')}-${version}.cdx.json`), await sbomOf(name));
}

const work = await mkdtemp(join(tmpdir(), 'latchkey-pack-'));
for (const target of targets) {
  await buildExtension(storeBuild, { target, version, outDir: work });
  await writeFile(join(out, `latchkey-extension-${version}-${target}.zip`), await zipFolder(join(work, target)));
}
await rm(work, { recursive: true });

const sums: string[] = [];
for (const file of (await readdir(out)).toSorted()) {
  sums.push(
    `${createHash('sha256')
      .update(await readFile(join(out, file)))
      .digest('hex')}  ${file}`,
  );
}
await writeFile(join(out, 'SHA256SUMS'), `${sums.join('\n')}\n`);
process.stdout.write(`\n${sums.join('\n')}\n`);
