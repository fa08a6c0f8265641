import { fileURLToPath } from 'node:url';

/** A published package. */
export interface PublishedPackage {
  /** Its npm name. */
  name: string;
  /** Its folder, relative to the repository's root. */
  dir: string;
  /** Modules that are built into its `dist/`: name without extension → source, from its folder. */
  entries: Readonly<Record<string, string>>;
  /** Where it runs. A page bundle is minified and imports nothing but its dependencies when it loads. */
  runs: 'in pages' | 'in Node and elsewhere' | 'in Node';
  /** Whether TypeScript projects import it, so that it needs declarations. */
  hasTypes: boolean;
  /**
   * Whether Angular's compiler reads its modules in the builds of its users. They are not minified, so that it recognizes what
   * is for it, and they are ES modules only, as Angular's own. Sizes are those after minifying all the same.
   */
  isForAngularsCompiler?: boolean;
  /** Maximum size of an entry in bytes after gzip, for code that every visitor of a site downloads. */
  budgets?: Readonly<Record<string, number>>;
}

export const root = fileURLToPath(new URL('..', import.meta.url));

export const packages: readonly PublishedPackage[] = [
  {
    name: '@latchkey/page',
    dir: 'clients/page',
    entries: { index: 'index.ts', worker: 'worker.ts', apis: 'apis.ts' },
    runs: 'in pages',
    hasTypes: true,
    budgets: { index: 2_500, apis: 4_500 },
  },
  {
    name: '@latchkey/react',
    dir: 'clients/react',
    entries: { index: 'index.ts' },
    runs: 'in pages',
    hasTypes: true,
    budgets: { index: 2_000 },
  },
  {
    name: '@latchkey/vue',
    dir: 'clients/vue',
    entries: { index: 'index.ts', router: 'router.ts', token: 'token.ts' },
    runs: 'in pages',
    hasTypes: true,
    budgets: { index: 2_000, router: 700, token: 700 },
  },
  {
    name: '@latchkey/angular',
    dir: 'clients/angular',
    entries: { index: 'index.ts', http: 'http.ts', parts: 'parts.ts', router: 'router.ts', token: 'token.ts' },
    runs: 'in pages',
    hasTypes: true,
    isForAngularsCompiler: true,
    budgets: { index: 2_000, http: 1_200, parts: 700, router: 700, token: 700 },
  },
  {
    name: '@latchkey/api',
    dir: 'clients/api',
    // Built together, so that all entries share one `ApiError` class.
    entries: {
      index: 'index.ts',
      ...Object.fromEntries(
        ['request', 'hono', 'express', 'fastify', 'node'].map((name) => [`adapters/${name}`, `adapters/${name}.ts`]),
      ),
    },
    runs: 'in Node and elsewhere',
    hasTypes: true,
  },
  {
    name: '@latchkey/device',
    dir: 'clients/device',
    entries: { index: 'index.ts', 'store/index': 'store/index.ts' },
    runs: 'in Node',
    hasTypes: true,
  },
  {
    name: '@latchkey/testing',
    dir: 'clients/testing',
    entries: { index: 'index.ts', issuer: 'issuer.ts' },
    runs: 'in Node and elsewhere',
    hasTypes: true,
  },
  {
    name: 'latchkey',
    dir: 'broker',
    // The command line starts `keyring-child` as a process.
    entries: { main: 'bin/main.ts', 'keyring-child': '../clients/cli/keyring/keyring-child.ts' },
    runs: 'in Node',
    hasTypes: false,
  },
  { name: '@latchkey/dev', dir: 'dev', entries: { main: 'main.ts' }, runs: 'in Node', hasTypes: false },
];
