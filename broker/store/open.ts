import type { Clock } from '@latchkey/shared/time.ts';
import { openPostgres } from './sql/postgres.ts';
import { sqlStore } from './sql/sql-store.ts';
import { openSqlite } from './sql/sqlite.ts';
import type { Operator, Store } from './store.ts';

/** Whether several brokers can serve from this store. A SQLite file has one. */
export const isShared = (url: string): boolean => !url.startsWith('sqlite:');

/**
 * Opens the store that `store:` in the configuration names: `sqlite:PATH`, or `postgres://…`. It is not
 * migrated yet.
 *
 * @param options `now` is the clock of a SQLite store; `poolSize` and `onError` are for PostgreSQL, see
 *   `openPostgres`; `operator` is who runs a command
 * @throws {Error} for any other URL, without repeating it: there may be a password in it
 */
export async function createStore(
  url: string,
  options: {
    now: Clock;
    poolSize?: number | undefined;
    onError?: ((error: Error) => void) | undefined;
    operator?: Operator | undefined;
  },
): Promise<Store> {
  const path = /^sqlite:(?!\/\/)(.+)$/.exec(url)?.[1];
  if (path !== undefined) return sqlStore(openSqlite({ path, now: options.now }), options.operator);
  if (/^postgres(ql)?:\/\/./.test(url) && URL.canParse(url)) {
    return sqlStore(await openPostgres({ url, ...options }), options.operator);
  }
  throw new Error(
    'the store must be sqlite:PATH (for example sqlite:./latchkey.db) or postgres://USER:PASSWORD@HOST/DATABASE',
  );
}
