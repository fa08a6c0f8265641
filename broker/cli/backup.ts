import { parseArgs } from 'node:util';
import { BackupError, backupStore } from '../store/backup.ts';
import { storeConfigOf } from './config-option.ts';
import { UsageError } from './usage-error.ts';

/** What `--help` prints. */
export const usage = `Usage: latchkey backup --to FILE [--config FILE]

Back up a SQLite database while the broker runs. For PostgreSQL, use pg_dump.

  --to FILE       file to create; never overwrites a file
  --config FILE   configuration file (default: latchkey.yaml, env: LATCHKEY_CONFIG)
`;

/** `latchkey backup --to FILE`: copies a SQLite store while the broker runs. */
export async function backup(argv: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...argv], options: { to: { type: 'string' }, config: { type: 'string' } } });
  if (values.to === undefined) throw new UsageError('--to FILE is missing');
  const config = storeConfigOf(values.config);
  try {
    const pages = await backupStore(config.store, values.to);
    process.stdout.write(`Backup written to ${values.to} (${pages} pages). Store the key file's backup separately.\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof BackupError)) throw error;
    process.stderr.write(`latchkey: ${error.message}\n`);
    return 1;
  }
}
