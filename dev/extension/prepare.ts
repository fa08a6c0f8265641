import { existsSync } from 'node:fs';
import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildExtension } from '../../demo/build-extension.ts';
import { demoFirefoxId } from '../../demo/extension-key.ts';
import type { DemoState } from '../../demo/state.ts';
import type { BakedConfig } from '../../extension/platform/baked-config.ts';
import { createManifest, targets } from '../../manifest.config.ts';
import { adapt } from './template.ts';

/** Where this package has the extension, next to its modules. A clone has none, and builds it from its source. */
const built = fileURLToPath(new URL('extension/', import.meta.url));

/** Makes the extension for these sites in the folder of the state. @returns the folder of `chrome/` and `firefox/` */
export async function prepareExtension(state: DemoState, baked: BakedConfig): Promise<string> {
  if (!existsSync(join(built, 'chrome'))) return dirname(await buildExtension(state));
  const target = join(state.dir, 'extension');
  await rm(target, { recursive: true, force: true });
  for (const browser of targets) await adaptFolder(join(built, browser), join(target, browser), baked);
  return target;
}

async function adaptFolder(from: string, to: string, baked: BakedConfig): Promise<void> {
  await cp(from, to, { recursive: true });
  const files = (await readdir(to, { recursive: true })).filter((file) => file.endsWith('.js'));
  for (const file of files.map((name) => join(to, name))) {
    await writeFile(file, adapt(await readFile(file, 'utf8'), baked));
  }
  const path = join(to, 'manifest.json');
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Manifest;
  const { version } = manifest;
  const wanted = createManifest({ target: 'chrome', version, baked, firefoxId: demoFirefoxId });
  const adapted = {
    ...manifest,
    content_security_policy: wanted.content_security_policy,
    host_permissions: wanted.host_permissions,
    content_scripts: manifest.content_scripts.map((script, index) => ({
      ...script,
      matches: wanted.content_scripts?.[index]?.matches,
    })),
  };
  await writeFile(path, JSON.stringify(adapted, null, 2));
}

interface Manifest {
  version: string;
  content_scripts: object[];
}
