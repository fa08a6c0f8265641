import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '@latchkey/shared/time.ts';
import { CamelCasePlugin, type CompiledQuery, Kysely, sql } from 'kysely';
import type { SqlDatabase } from './database.ts';
import { requirePrivateFile } from './private-file.ts';
import type { Db, Schema } from './schema.ts';
import { nodeSqliteDialect, patience } from './sqlite-dialect.ts';
import { storeFileErrorOf } from './sqlite-errors.ts';
import { sqliteStatement } from './sqlite-statement.ts';

/**
 * Opens the database file, creating it for its owner only if needed. Uses a single connection, which Kysely gives to one
 * query or transaction at a time, so no statement runs inside another caller's transaction.
 *
 * @param options `path` may be `:memory:` in tests; `now` is the database clock
 * @throws {StoreFileError} if other users can read or write the file, or if it can't be opened
 */
export function openSqlite({ path, now }: { path: string; now: Clock }): SqlDatabase {
  const database = openFile(path);
  const db = new Kysely<Schema>({ dialect: nodeSqliteDialect(database), plugins: [new CamelCasePlugin()] });
  const transaction: SqlDatabase['transaction'] = (work) => db.transaction().execute(work);
  const quick: SqlDatabase['quick'] = (work) =>
    db.connection().execute(async (connection) => {
      // In WAL mode this skips the wait for the disk. The next commit that waits also flushes this one.
      database.exec('pragma synchronous = normal');
      try {
        return await work(connection);
      } finally {
        database.exec('pragma synchronous = full');
      }
    });
  return {
    dialect: 'sqlite',
    db,
    transaction,
    exclusively: (_name, work) => transaction(work),
    // A writing transaction has the whole file.
    lock: async () => undefined,
    quick,
    statement<Row>(query: CompiledQuery<Row>, { isQuick }: { isQuick: boolean }) {
      const inTurn = async (db: Db, parameters: readonly unknown[]) =>
        (await db.executeQuery<Row>({ ...query, parameters })).rows;
      // Another caller may have turned the wait for the disk off meanwhile, so a write that must wait takes its turn.
      if (!isQuick && query.query.kind !== 'SelectQueryNode') return (parameters) => inTurn(db, parameters);
      const atOnce = sqliteStatement(database, query, { isQuick });
      return async (parameters) =>
        atOnce(parameters) ??
        (isQuick ? quick((connection) => inTurn(connection, parameters)) : inTurn(db, parameters));
    },
    // A file has one broker, which notifies itself. Changes by other processes (`latchkey sessions revoke`) are found by
    // polling.
    wake: async () => undefined,
    listen: () => () => undefined,
    clock: () => sql`${now()}`,
  };
}

function openFile(path: string): DatabaseSync {
  if (path !== ':memory:') requirePrivateFile(path);
  try {
    return openDatabase(path);
  } catch (cause) {
    throw storeFileErrorOf(path, cause);
  }
}

function openDatabase(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { timeout: patience.openMs, enableForeignKeyConstraints: true });
  try {
    // FULL: each commit is on disk before it returns.
    database.exec(`pragma journal_mode = wal; pragma synchronous = full; pragma busy_timeout = ${patience.blockingMs}`);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}
