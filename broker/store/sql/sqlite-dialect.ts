import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type QueryResult,
  SqliteAdapter,
  SqliteDriver,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import { StoreUnavailableError } from '../store.ts';

/**
 * How long one connection waits for the lock of another. SQLite waits by blocking, and with it every request of
 * this process: it does so for a moment, and the rest is waited for on a timer.
 */
export const patience = { blockingMs: 20, totalMs: 5_000, openMs: 5_000 };

/** Kysely on `node:sqlite`. */
export const nodeSqliteDialect = (database: DatabaseSync): Dialect => ({
  createDriver: () => new Driver(database),
  createAdapter: () => new SqliteAdapter(),
  createQueryCompiler: () => new SqliteQueryCompiler(),
  createIntrospector: (db) => new SqliteIntrospector(db),
});

class Driver extends SqliteDriver {
  readonly #database: DatabaseSync;
  #connection: DatabaseConnection | undefined;

  constructor(database: DatabaseSync) {
    super({ database: adapt(database) });
    this.#database = database;
  }

  override async acquireConnection(): Promise<DatabaseConnection> {
    this.#connection ??= patient(await super.acquireConnection());
    return this.#connection;
  }

  /** IMMEDIATE: a transaction that would write waits at its start, where it can, and not in its middle, where it can't. */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // After some errors (disk full) SQLite has rolled back by itself.
    if (this.#database.isTransaction) await super.rollbackTransaction(connection);
  }
}

/** Statements are kept: there are as many as there are queries in the code. */
function adapt(database: DatabaseSync) {
  const prepare = (text: string) => {
    const statement = database.prepare(text);
    const values = (parameters: readonly unknown[]) => parameters as SQLInputValue[];
    return {
      reader: statement.columns().length > 0,
      all: (parameters: readonly unknown[]) => statement.all(...values(parameters)),
      run: (parameters: readonly unknown[]) => statement.run(...values(parameters)),
      iterate: (parameters: readonly unknown[]) => statement.iterate(...values(parameters)),
    };
  };
  const statements = new Map<string, ReturnType<typeof prepare>>();
  return {
    close: () => database.close(),
    prepare(text: string) {
      const statement = statements.get(text) ?? prepare(text);
      statements.set(text, statement);
      return statement;
    },
  };
}

/** A statement that found the file locked has done nothing, and is tried again until the patience is at its end. */
const patient = (connection: DatabaseConnection): DatabaseConnection => ({
  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const deadline = performance.now() + patience.totalMs;
    for (;;) {
      try {
        return await connection.executeQuery<R>(query);
      } catch (error) {
        if (primaryCode(error) !== busy || performance.now() > deadline) throw named(error);
        await sleep(1 + Math.random() * 10);
      }
    }
  },
  streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
});

const busy = 5;

/** SQLITE_BUSY, LOCKED, IOERR, FULL, CANTOPEN: the file, not the statement, is at fault. */
const outOfReach = [busy, 6, 10, 13, 14];

const primaryCode = (error: unknown) =>
  error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined;

function named(cause: unknown): unknown {
  const code = primaryCode(cause);
  if (code === undefined || !outOfReach.includes(code)) return cause;
  return new StoreUnavailableError('the SQLite file is busy or out of reach', { cause });
}
