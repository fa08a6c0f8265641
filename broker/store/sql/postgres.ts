import { setTimeout as sleep } from 'node:timers/promises';
import { CamelCasePlugin, type CompiledQuery, Kysely, PostgresDialect, type PostgresPool, sql } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { StoreUnavailableError } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import { portable } from './parameters.ts';
import { storeErrorOf } from './postgres-errors.ts';
import { listenOn } from './postgres-listen.ts';
import type { Db, Schema } from './schema.ts';

/** Maximum attempts per transaction before the store reports that it is too busy. */
const maxAttempts = 12;

/**
 * Connects on the first query and recovers from outages without a restart. Works behind a transaction pooler: uses no
 * session state and no named statements.
 *
 * @param options `poolSize` is the maximum number of connections (default 10). `onError` is called when a connection
 *   dies; no action is needed.
 */
export async function openPostgres(options: {
  url: string;
  poolSize?: number | undefined;
  onError?: ((error: Error) => void) | undefined;
}): Promise<SqlDatabase> {
  const { default: pg } = await import('pg');
  const bigint = 20;
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.poolSize ?? 10,
    connectionTimeoutMillis: 5_000,
    query_timeout: 10_000,
    keepAlive: true,
    application_name: 'latchkey',
    // 64-bit integers hold only milliseconds and counters, which JavaScript numbers represent exactly.
    types: { getTypeParser: (oid, format) => (oid === bigint ? Number : pg.types.getTypeParser(oid, format)) },
  });
  // A connection can die at any time, even while idle. Without a listener, the error would crash the process.
  pool.on('connect', (client) => client.on('error', (error) => options.onError?.(error)));
  pool.on('error', () => undefined);
  const sqlState = (error: unknown) => (error instanceof pg.DatabaseError ? error.code : undefined);
  const db = new Kysely<Schema>({
    dialect: new PostgresDialect({ pool: guard(pool, (error) => sqlState(error)) }),
    plugins: [new CamelCasePlugin()],
  });
  return {
    dialect: 'postgres',
    db,
    transaction: (work) => retry(() => db.transaction().setIsolationLevel('serializable').execute(work), sqlState),
    exclusively: (name, work) =>
      // Not serializable: a serializable snapshot would predate the wait for the lock.
      retry(
        () =>
          db
            .transaction()
            .setIsolationLevel('read committed')
            .execute(async (trx) => {
              await lock(trx, name);
              return work(trx);
            }),
        sqlState,
      ),
    lock,
    // PostgreSQL groups the commits of many connections, so skipping the disk wait would gain little.
    quick: (work) => work(db),
    statement:
      <Row>(query: CompiledQuery<Row>) =>
      async (parameters: readonly unknown[]) =>
        (await db.executeQuery<Row>({ ...query, parameters })).rows,
    wake: async (trx) => {
      await sql`select pg_notify(${wakeChannel}, '')`.execute(trx);
    },
    listen: (listener) =>
      listenOn({
        connect: () => new pg.Client({ connectionString: options.url, keepAlive: true, application_name: 'latchkey' }),
        channel: wakeChannel,
        listener,
        onError: (error) => options.onError?.(error),
      }),
    clock: () => sql`(extract(epoch from clock_timestamp()) * 1000)::bigint`,
  };
}

async function lock(trx: Db, name: string): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`latchkey:${name}`}, 0))`.execute(trx);
}

const wakeChannel = 'latchkey_revocations';

type SqlState = (error: unknown) => string | undefined;

/** serialization_failure and deadlock_detected: the transaction was rolled back and can be retried. */
const repeatable = new Set(['40001', '40P01']);

async function retry<T>(work: () => Promise<T>, sqlState: SqlState): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (cause) {
      if (!repeatable.has(sqlState(cause) ?? '')) throw cause;
      if (attempt === maxAttempts) throw new StoreUnavailableError('PostgreSQL is too busy', { cause });
      await sleep(Math.random() * Math.min(2 ** attempt, 100));
    }
  }
}

/** Wraps the pool: reports outages as `StoreUnavailableError` and discards the failed connections. */
function guard(pool: Pool, sqlState: SqlState): PostgresPool {
  const named = (cause: unknown) => storeErrorOf(cause, sqlState(cause));
  const guardClient = (client: PoolClient) => {
    let broken = false;
    return {
      async query(text: string, parameters: readonly unknown[]) {
        const values = portable(parameters);
        try {
          return await client.query(text, values);
        } catch (error) {
          const cause = named(error);
          broken ||= cause instanceof StoreUnavailableError;
          throw cause;
        }
      },
      release: (destroy?: boolean) => client.release(broken || destroy),
    };
  };
  return {
    options: pool.options,
    end: () => pool.end(),
    async connect() {
      try {
        return guardClient(await pool.connect()) as unknown as Awaited<ReturnType<PostgresPool['connect']>>;
      } catch (error) {
        throw named(error);
      }
    },
  };
}
