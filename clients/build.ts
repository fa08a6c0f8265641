/**
 * Builds what other people embed: dist/clients/{page,worker,api,device}.js and the adapters of `latchkey/api`, plain ES
 * modules with types. The page's imports nothing at its start and has a size limit, since every visitor of every site pays for
 * it; the others leave `jose` and `oauth4webapi` to the embedder's own package manager, so that security fixes
 * reach them.
 */
import { readFile, rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { judge } from './build/sizes.ts';
import { writeTypes } from './build/types.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const outDir = fileURLToPath(new URL('../dist/clients/', import.meta.url));

const adapters = ['request', 'hono', 'express', 'fastify', 'node'];

/** Entries that are built together share their code: an `ApiError` has to be the same class in all of them. */
const bundles: { entry: Record<string, string>; external: (string | RegExp)[] }[] = [
  { entry: { page: 'clients/page/index.ts' }, external: [] },
  // Apart from the page's, so that pages load nothing of it.
  { entry: { worker: 'clients/page/worker.ts' }, external: [] },
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
      rolldownOptions: { external, output: { minify: true, comments: false, chunkFileNames: 'shared/[name].js' } },
    },
  });
}
await writeTypes({ root, outDir: `${outDir}types` });

for (const name of bundles.flatMap(({ entry }) => Object.keys(entry))) {
  const bytes = gzipSync(await readFile(`${outDir}${name}.js`), { level: 9 }).length;
  const { line, fault } = judge(name, bytes);
  process.stdout.write(`${line}\n`);
  if (fault === undefined) continue;
  process.stderr.write(`${fault}\n`);
  process.exitCode = 1;
}
