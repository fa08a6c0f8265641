import { optionOf, storeConfigOf } from './config-option.ts';
import { migrateStore } from './with-store.ts';

/** What `--help` prints. */
export const usage = `Usage: latchkey migrate [--config FILE]

Apply database migrations. "latchkey serve" does this, too; run it first to change the schema before new brokers start.

  --config FILE   configuration file (default: latchkey.yaml, env: LATCHKEY_CONFIG)
`;

/** `latchkey migrate`: changes the schema before new brokers start. */
export async function migrate(argv: readonly string[]): Promise<number> {
  await migrateStore(storeConfigOf(optionOf(argv)));
  process.stdout.write('Database is up to date.\n');
  return 0;
}
