import { fileURLToPath } from 'node:url';

/** A package that is published. */
export interface PublishedPackage {
  /** Its name in a registry. */
  name: string;
  /** Its folder, from the root of the repository. */
  dir: string;
  /** Modules that are built into its `dist/`: name without extension → source, from its folder. */
  entries: Readonly<Record<string, string>>;
  /** What runs it: a page's bundle is minified and imports nothing at its start. */
  runs: 'in pages' | 'in Node and elsewhere' | 'in Node';
  /** Whether other people's TypeScript imports it. */
  hasTypes: boolean;
  /** Most bytes of an entry after gzip, where every visitor of a site pays for it. */
  budgets?: Readonly<Record<string, number>>;
}

export const root = fileURLToPath(new URL('..', import.meta.url));

export const packages: readonly PublishedPackage[] = [
  {
    name: '@latchkey/page',
    dir: 'clients/page',
    entries: { index: 'index.ts', worker: 'worker.ts' },
    runs: 'in pages',
    hasTypes: true,
    budgets: { index: 2_500 },
  },
  {
    name: '@latchkey/api',
    dir: 'clients/api',
    // Built together, so that an `ApiError` is the same class in all of them.
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
  { name: 'latchkey', dir: 'broker', entries: { main: 'bin/main.ts' }, runs: 'in Node', hasTypes: false },
];
