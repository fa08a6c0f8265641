/**
 * Builds what other people embed: dist/clients/{page,api,device}.js and the adapters of `latchkey/api`, plain ES
 * modules with types. The page's imports nothing at its start and has a size limit, since every visitor of every site pays for
 * it; the others leave `jose` and `oauth4webapi` to the embedder's own package manager, so that security fixes
 * reach them.
 */
import { readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { writeTypes } from './build/types.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const outDir = fileURLToPath(new URL('../dist/clients/', import.meta.url));
const pageLimit = 2_500;

const adapters = ['request', 'hono', 'express', 'fastify', 'node'];

/** Entries that are built together share their code: an `ApiError` has to be the same class in all of them. */
const bundles: { entry: Record<string, string>; external: (string | RegExp)[] }[] = [
  { entry: { page: 'clients/page/index.ts' }, external: [] },
  {
    entry: {
      api: 'clients/api/index.ts',
      ...Object.fromEntries(adapters.map((name) => [`api/${name}`, `clients/api/adapters/${name}.ts`])),
    },
    external: ['jose'],
  },
  { entry: { device: 'clients/device/index.ts' }, external: ['oauth4webapi', /^node:/] },
];

await rm(outDir, { recursive: true, force: true });
for (const { entry, external } of bundles) {
  await build({
    root,
    configFile: false,
    logLevel: 'warn',
    build: {
      outDir,
      emptyOutDir: false,
      target: 'es2022',
      minify: true,
      lib: { entry, formats: ['es'], fileName: (_format, name) => `${name}.js` },
      rolldownOptions: { external, output: { minify: true, chunkFileNames: 'shared/[name].js' } },
    },
  });
}
await writeTypes({ root, outDir: `${outDir}types` });

for (const name of bundles.flatMap(({ entry }) => Object.keys(entry))) {
  const code = await readFile(`${outDir}${name}.js`);
  const size = gzipSync(code, { level: 9 }).length;
  process.stdout.write(`${name}.js ${code.length} bytes, ${size} gzipped\n`);
  if (name === 'page' && size > pageLimit) {
    process.stderr.write(`page.js is over its limit of ${pageLimit} bytes gzipped: every visitor pays for it.\n`);
    process.exitCode = 1;
  }
}
