import { closeSync, openSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import {
  CamelCasePlugin,
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  Kysely,
  SqliteAdapter,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
  sql,
} from 'kysely';
import type { Clock } from '#shared/time.ts';
import { StoreUnavailableError } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import type { Schema } from './schema.ts';

/** How long one process waits for another's transaction. */
const busyTimeoutMs = 5_000;

/**
 * Opens the file, and makes it (mode 0600) if there is none. There is one connection: Kysely hands it to one
 * query or transaction at a time, so that no statement lands in somebody else's transaction.
 *
 * @param options `path` may be `:memory:`, for tests; `now` is the database's clock
 */
export function openSqlite({ path, now }: { path: string; now: Clock }): SqlDatabase {
  const database = unavailable(() => openFile(path));
  const db = new Kysely<Schema>({ dialect: dialect(database), plugins: [new CamelCasePlugin()] });
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
    clock: () => sql`${now()}`,
  };
}

const dialect = (database: DatabaseSync): Dialect => ({
  createDriver: () => new ImmediateDriver(database),
  createAdapter: () => new SqliteAdapter(),
  createQueryCompiler: () => new SqliteQueryCompiler(),
  createIntrospector: (db) => new SqliteIntrospector(db),
});

function openFile(path: string): DatabaseSync {
  // SQLite would make it readable for all; it gives the files beside it (-wal, -shm) the mode of this one.
  if (path !== ':memory:') closeSync(openSync(path, 'a', 0o600));
  const database = new DatabaseSync(path, { timeout: busyTimeoutMs, enableForeignKeyConstraints: true });
  // FULL: a commit is on disk before it is answered.
  database.exec('pragma journal_mode = wal; pragma synchronous = full');
  return database;
}

/** BEGIN IMMEDIATE: a transaction that would write waits at its start, where it can, and not in its middle, where it can't. */
class ImmediateDriver extends SqliteDriver {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    super({ database: adapt(database) });
    this.#database = database;
  }

  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // After some errors (disk full) SQLite has rolled back by itself.
    if (this.#database.isTransaction) await super.rollbackTransaction(connection);
  }
}

/** `node:sqlite` in the shape that Kysely's dialect expects. Statements are kept: there are as many as there are queries in the code. */
function adapt(database: DatabaseSync) {
  const statements = new Map<string, ReturnType<typeof adaptStatement>>();
  return {
    close: () => database.close(),
    prepare(text: string) {
      const known = statements.get(text);
      if (known) return known;
      const statement = adaptStatement(unavailable(() => database.prepare(text)));
      statements.set(text, statement);
      return statement;
    },
  };
}

function adaptStatement(statement: StatementSync) {
  const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
  return {
    reader: statement.columns().length > 0,
    all: (parameters: readonly unknown[]) => unavailable(() => statement.all(...values(parameters))),
    run: (parameters: readonly unknown[]) => unavailable(() => statement.run(...values(parameters))),
    iterate: (parameters: readonly unknown[]) => statement.iterate(...values(parameters)),
  };
}

/** SQLITE_BUSY, LOCKED, IOERR, FULL, CANTOPEN: the file, not the statement, is at fault. */
const outOfReach = new Set([5, 6, 10, 13, 14]);

function unavailable<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    const code = cause instanceof Error && 'errcode' in cause ? Number(cause.errcode) & 0xff : undefined;
    if (code === undefined || !outOfReach.has(code)) throw cause;
    throw new StoreUnavailableError('the SQLite file is busy or out of reach', { cause });
  }
}
