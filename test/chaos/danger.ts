import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';

/**
 * Counts the sessions with a refresh token at risk: it was sent, the outcome is unknown, and part of the provider's
 * leeway has passed. Kills pause until these sessions finish, so that a retry within the leeway is possible. If such a
 * session is still lost, it is the broker's fault. After the leeway, a pause no longer helps, and waiting for an
 * abandoned device would never end.
 *
 * @param store the store, as configured
 * @param window time since the token was first sent
 */
export function createDanger(store: string, window: Window): () => Promise<number> {
  return store.startsWith('sqlite:')
    ? sqliteDanger(store.slice('sqlite:'.length), window)
    : postgresDanger(store, window);
}

/** Milliseconds. */
interface Window {
  from: number;
  to: number;
}

const atStake = (table: string, now: string, { from, to }: Window) =>
  `select count(*) as n from ${table} where state <> 'ended' and state <> 'reauth_required'
   and refresh_first_sent_at < ${now} - ${from} and refresh_first_sent_at > ${now} - ${to}`;

function sqliteDanger(path: string, window: Window): () => Promise<number> {
  return async () => {
    const database = new DatabaseSync(path, { readOnly: true, timeout: 1_000 });
    try {
      return ['sessions', 'device_sessions'].reduce(
        (sum, table) => sum + Number(database.prepare(atStake(table, String(Date.now()), window)).get()?.n),
        0,
      );
    } finally {
      database.close();
    }
  };
}

/** If the database is down, every session is at risk. */
function postgresDanger(url: string, window: Window): () => Promise<number> {
  const clock = '(extract(epoch from clock_timestamp()) * 1000)::bigint';
  return async () => {
    const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      let sum = 0;
      for (const table of ['sessions', 'device_sessions'])
        sum += Number((await client.query(atStake(table, clock, window))).rows[0]?.n);
      return sum;
    } catch {
      return 1;
    } finally {
      await client.end().catch(() => undefined);
    }
  };
}
