import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import type { Target } from '../../manifest.config.ts';
import { createViteConfig } from '../../vite.config.ts';
import { bridgeScript } from '../platform/bridge-script.ts';
import { applyBrand } from './branding.ts';
import type { BuildConfig } from './build-config.ts';
import { measure, type Part, type PartSize } from './sizes.ts';

/** The properties of a built manifest that name files. */
export interface BuiltManifest {
  background: { service_worker?: string; scripts?: string[] };
  content_security_policy: { extension_pages: string };
  content_scripts?: { js: string[]; matches: string[] }[];
}

/** Reads the manifest of a build. */
export const readManifest = async (root: string): Promise<BuiltManifest> =>
  JSON.parse(await readFile(join(root, 'manifest.json'), 'utf8')) as BuiltManifest;

/** Builds the bridge if no manifest names it. The background then injects it into the sites that the user turns on. */
async function buildBridge(root: string): Promise<void> {
  await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    build: {
      outDir: root,
      emptyOutDir: false,
      target: 'es2023',
      lib: {
        entry: join(import.meta.dirname, '../bridge/bridge.iife.ts'),
        formats: ['iife'],
        name: 'latchkeyBridge',
        fileName: () => bridgeScript,
      },
    },
  });
}

/** The entry scripts of each part, from the built manifest and the popup's page. */
async function entriesOf(root: string): Promise<Partial<Record<Part, string[]>>> {
  const { background, content_scripts: contentScripts = [] } = await readManifest(root);
  const [bridge = [bridgeScript], attach] = contentScripts.map(({ js }) => js);
  const popup = await readFile(join(root, 'ui/popup.html'), 'utf8');
  const { service_worker: worker, scripts = [] } = background;
  return {
    bridge,
    ...(attach ? { attach } : {}),
    [attach ? 'background, attaching' : 'background']: worker === undefined ? scripts : [worker],
    popup: [...popup.matchAll(/<script[^<>]+src="\/?([^"]+)"/g)].map(([, src = '']) => src),
  };
}

/**
 * Builds the extension for one browser into `outDir/<target>`.
 *
 * @returns the size of each part
 */
export async function buildExtension(
  config: BuildConfig,
  { target, version, outDir }: { target: Target; version: string; outDir: string },
): Promise<PartSize[]> {
  await build(createViteConfig({ ...config, target, version, outDir }));
  const root = join(outDir, target);
  if (!config.baked) await buildBridge(root);
  if (config.brand) await applyBrand(root, config.brand);
  const entries = Object.entries(await entriesOf(root)) as [Part, string[]][];
  return Promise.all(
    entries.filter(([, files]) => files.length > 0).map(([part, files]) => measure(root, part, files)),
  );
}
