/**
 * Builds what other people embed: dist/clients/{page,api,device}.js, plain ES modules. The page's has no
 * imports and a size limit, since every visitor of every site pays for it; the others leave `jose` and
 * `oauth4webapi` to the embedder's own package manager, so that security fixes reach them.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const outDir = fileURLToPath(new URL('../dist/clients/', import.meta.url));
const pageLimit = 2_500;

const clients = [
  { name: 'page', external: [] },
  { name: 'api', external: ['jose'] },
  { name: 'device', external: ['oauth4webapi'] },
];

for (const { name, external } of clients) {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2022',
      minify: true,
      lib: { entry: `clients/${name}/index.ts`, formats: ['es'], fileName: () => `${name}.js` },
      rolldownOptions: { external, output: { minify: true } },
    },
  });
  const code = await readFile(`${outDir}${name}.js`);
  const size = gzipSync(code, { level: 9 }).length;
  process.stdout.write(`${name}.js ${code.length} bytes, ${size} gzipped\n`);
  if (name === 'page' && size > pageLimit) {
    process.stderr.write(`page.js is over its limit of ${pageLimit} bytes gzipped: every visitor pays for it.\n`);
    process.exitCode = 1;
  }
}
