import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');
/** Modules that start a broker on a store from `createTestStore`. */
const kits = ['e2e/kit/broker.ts', './kit/broker.ts', 'broker/in-process.ts'];

/** The test files that start a broker, found by their imports. They run on SQLite, and again on PostgreSQL. */
export const brokerTests: string[] = ['broker/**/*.test.ts', 'test/e2e/*.test.ts', 'test/conformance/**/*.test.ts']
  .flatMap((pattern) => globSync(pattern, { cwd: root, exclude: ['**/node_modules/**'] }))
  .filter((file) => kits.some((kit) => readFileSync(join(root, file), 'utf8').includes(`${kit}'`)))
  .sort();
