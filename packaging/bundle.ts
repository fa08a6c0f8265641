import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'vite';
import { demoExtensionKey, demoFirefoxId } from '../demo/extension-key.ts';
import { placeholders } from '../dev/extension/template.ts';
import { buildExtension } from '../extension/packaging/build-extension.ts';
import { readVersion } from '../extension/packaging/version.ts';
import { targets } from '../manifest.config.ts';
import { commitOf } from './commit.ts';
import { type PublishedPackage, root } from './packages.ts';
import { shipDocs } from './shipped-docs.ts';

/** What a package reads at run time, next to its modules: from its folder → to `dist/`. */
const assets: Readonly<Record<string, readonly [from: string, to: string]>> = {
  latchkey: ['web/pages/assets', 'assets'],
  '@latchkey/dev': ['../demo/idp/idp.css', 'idp.css'],
};

/**
 * Builds a package's modules into its `dist/`: ES modules with source maps, including `shared/`.
 * Dependencies are not bundled, so that users get their security fixes.
 *
 * @param outDir default: `dist` in the package's folder
 */
export async function bundle(
  { name, dir, entries, runs, isForAngularsCompiler }: PublishedPackage,
  outDir = join(root, dir, 'dist'),
): Promise<void> {
  const folder = join(root, dir);
  const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  // Its own name: an entry that shares something with the first one imports that.
  const outside = Object.keys({
    [name]: true,
    ...manifest.dependencies,
    ...manifest.optionalDependencies,
    ...manifest.peerDependencies,
  }).flatMap((dependency) => [dependency, new RegExp(`^${dependency}/`)]);
  const external = runs === 'in pages' ? outside : [/^node:/, ...outside];
  const minify = runs === 'in pages' && !isForAngularsCompiler;
  const input = Object.fromEntries(Object.entries(entries).map(([entry, source]) => [entry, join(folder, source)]));
  // Each page entry is built separately: in one build they would share a chunk, and could not be served alone.
  const builds = runs === 'in pages' ? Object.entries(input).map((entry) => Object.fromEntries([entry])) : [input];
  const commit = commitOf(root);
  for (const [index, entry] of builds.entries()) {
    await build({
      define: commit === undefined ? {} : { __LATCHKEY_COMMIT__: JSON.stringify(commit) },
      root: folder,
      configFile: false,
      logLevel: 'warn',
      publicDir: false,
      // The same build, whatever NODE_ENV says.
      oxc: { jsx: { runtime: 'automatic', development: false } },
      ssr: { noExternal: true },
      build: {
        ssr: runs !== 'in pages',
        outDir,
        emptyOutDir: index === 0,
        target: runs === 'in Node' ? (manifest.engines.node === '>=24' ? 'node24' : 'node20') : 'es2022',
        minify,
        sourcemap: true,
        lib: { entry, formats: ['es'] },
        rolldownOptions: {
          external,
          // Numbers and names stand where they are used, which is shorter.
          optimization: { inlineConst: true },
          // Rolldown keeps an entry's "use client" at the top, and warns that it can't keep others.
          onLog: (level, log, report) => {
            if (log.code !== 'MODULE_LEVEL_DIRECTIVE') report(level, log);
          },
          output: {
            minify,
            comments: minify ? false : { legal: true, jsdoc: true, annotation: true },
            entryFileNames: '[name].js',
            // Beside the entries: what reads a file next to itself finds it in dist/.
            chunkFileNames: '[name].js',
          },
        },
      },
    });
  }
  const beside = assets[name];
  if (beside !== undefined) await cp(join(folder, beside[0]), join(outDir, beside[1]), { recursive: true });
  if (name === 'latchkey') await shipDocs(root, join(outDir, 'docs'));
  if (name === '@latchkey/dev') await addExtension(join(outDir, 'extension'));
}

/** The extension for `latchkey dev`, which puts its broker and sites into it when it starts. */
async function addExtension(outDir: string): Promise<void> {
  const config = { baked: placeholders, chromeKey: demoExtensionKey, firefoxId: demoFirefoxId };
  const version = await readVersion();
  for (const target of targets) await buildExtension(config, { target, version, outDir });
}
