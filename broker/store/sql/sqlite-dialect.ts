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
import { portable } from './parameters.ts';
import { primaryCode, storeErrorOf } from './sqlite-errors.ts';

/**
 * How long one connection waits for another's lock. SQLite's own wait blocks the whole process, so it is kept short;
 * the rest of the wait uses a timer.
 */
export const patience = { blockingMs: 20, totalMs: 5_000, openMs: 5_000 };

/** Kysely dialect for `node:sqlite`. */
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

  /** IMMEDIATE: a writing transaction waits for the lock at its start, because it can't wait in the middle. */
  override async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    // SQLite rolls back automatically after some errors, such as a full disk.
    if (this.#database.isTransaction) await super.rollbackTransaction(connection);
  }
}

/** Caches prepared statements. Their number is bounded by the number of queries in the code. */
function adapt(database: DatabaseSync) {
  const prepare = (text: string) => {
    const statement = database.prepare(text);
    const values = (parameters: readonly unknown[]) => portable(parameters) as SQLInputValue[];
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

/** Retries statements while the file is locked, up to `patience.totalMs`. A locked statement has had no effect. */
const patient = (connection: DatabaseConnection): DatabaseConnection => ({
  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const deadline = performance.now() + patience.totalMs;
    for (;;) {
      try {
        return await connection.executeQuery<R>(query);
      } catch (error) {
        if (primaryCode(error) !== busy || performance.now() > deadline) throw storeErrorOf(error);
        await sleep(1 + Math.random() * 10);
      }
    }
  },
  streamQuery: (query, chunkSize) => connection.streamQuery(query, chunkSize),
});

const busy = 5;
