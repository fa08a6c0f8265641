import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '@latchkey/shared/time.ts';
import { CamelCasePlugin, Kysely, sql } from 'kysely';
import { StoreUnavailableError } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import type { Schema } from './schema.ts';
import { nodeSqliteDialect, patience } from './sqlite-dialect.ts';

/**
 * Opens the database file, creating it with mode 0600 if needed. Uses a single connection, which Kysely gives to one
 * query or transaction at a time, so no statement runs inside another caller's transaction.
 *
 * @param options `path` may be `:memory:` in tests; `now` is the database clock
 * @throws {StoreUnavailableError} if the file can't be opened
 * @throws {Error} from SQLite if the file is not a database
 */
export function openSqlite({ path, now }: { path: string; now: Clock }): SqlDatabase {
  const database = openFile(path);
  const db = new Kysely<Schema>({ dialect: nodeSqliteDialect(database), plugins: [new CamelCasePlugin()] });
  const transaction: SqlDatabase['transaction'] = (work) => db.transaction().execute(work);
  return {
    dialect: 'sqlite',
    db,
    transaction,
    exclusively: (_name, work) => transaction(work),
    // A writing transaction has the whole file.
    lock: async () => undefined,
    quick: (work) =>
      db.connection().execute(async (connection) => {
        // In WAL mode this skips the wait for the disk. The next commit that waits also flushes this one.
        database.exec('pragma synchronous = normal');
        try {
          return await work(connection);
        } finally {
          database.exec('pragma synchronous = full');
        }
      }),
    // A file has one broker, which notifies itself. Changes by other processes (`latchkey sessions revoke`) are found by
    // polling.
    wake: async () => undefined,
    listen: () => () => undefined,
    clock: () => sql`${now()}`,
  };
}

/** SQLite would create a world-readable file. The -wal and -shm files inherit this file's mode. */
function createFile(path: string): void {
  try {
    closeSync(openSync(path, 'a', 0o600));
  } catch (cause) {
    throw new StoreUnavailableError(`can't open the SQLite file ${path}: ${reasonOf(cause)}`, { cause });
  }
}

function reasonOf(cause: unknown): string {
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'ENOENT') return 'its folder does not exist';
  if (code === 'EACCES' || code === 'EPERM') return `the user with ID ${process.getuid?.()} may not write it`;
  return String(code);
}

function openFile(path: string): DatabaseSync {
  if (path !== ':memory:') createFile(path);
  const database = new DatabaseSync(path, { timeout: patience.openMs, enableForeignKeyConstraints: true });
  // FULL: each commit is on disk before it returns.
  database.exec(`pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = ${patience.blockingMs}`);
  return database;
}
