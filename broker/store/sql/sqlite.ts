import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '@latchkey/shared/time.ts';
import { CamelCasePlugin, Kysely, sql } from 'kysely';
import type { SqlDatabase } from './database.ts';
import type { Schema } from './schema.ts';
import { nodeSqliteDialect, patience } from './sqlite-dialect.ts';

/**
 * Opens the file, and makes it (mode 0600) if there is none. There is one connection: Kysely hands it to one
 * query or transaction at a time, so that no statement lands in somebody else's transaction.
 *
 * @param options `path` may be `:memory:`, for tests; `now` is the database's clock
 * @throws {Error} of Node or SQLite when the file can't be opened: nothing can start then
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
    quick: (work) =>
      db.connection().execute(async (connection) => {
        // In WAL mode this skips the wait for the disk; the next commit that does wait brings this one along.
        database.exec('pragma synchronous = normal');
        try {
          return await work(connection);
        } finally {
          database.exec('pragma synchronous = full');
        }
      }),
    // One file has one broker, which hears itself; another process (`latchkey sessions revoke`) is heard by reading.
    wake: async () => undefined,
    listen: () => () => undefined,
    clock: () => sql`${now()}`,
  };
}

function openFile(path: string): DatabaseSync {
  // SQLite would make it readable for all; it gives the files beside it (-wal, -shm) the mode of this one.
  if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
  const database = new DatabaseSync(path, { timeout: patience.openMs, enableForeignKeyConstraints: true });
  // FULL: a commit is on disk before it is answered.
  database.exec(`pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = ${patience.blockingMs}`);
  return database;
}
