import { existsSync } from 'node:fs';
import type { Config } from '../config/types.ts';
import { createStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { MissingStoreError } from '../store/store-age-errors.ts';
import { trustCertificates } from '../trusted-certificates.ts';
import { operatorOf } from './operator.ts';

type StoreConfig = Pick<Config, 'store' | 'tls'>;

/**
 * Opens the store of the configuration for a command, upgrades it as `latchkey serve` does, and closes it at the end. Every
 * audit entry of the command says who ran it. Never creates a store: with a wrong path, a command would report success
 * and change nothing.
 *
 * @param by the option `--by`
 * @throws {MissingStoreError} if no broker has ever used the store
 */
export async function withStore<Result>(
  config: StoreConfig,
  work: (store: Store) => Promise<Result>,
  by?: string,
): Promise<Result> {
  const path = sqlitePath(config.store);
  // Opening the file would create it.
  if (path !== undefined && !existsSync(path)) throw missing(config.store);
  return opened(
    config,
    async (store) => {
      if (!(await store.isMigrated())) throw missing(config.store);
      await store.migrate();
      return work(store);
    },
    by,
  );
}

/** Creates the store of the configuration, or upgrades it. */
export const migrateStore = (config: StoreConfig): Promise<void> => opened(config, (store) => store.migrate());

async function opened<Result>(
  config: StoreConfig,
  work: (store: Store) => Promise<Result>,
  by?: string,
): Promise<Result> {
  trustCertificates(config.tls);
  const store = await createStore(config.store, { now: () => Date.now(), operator: operatorOf(by) });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

const sqlitePath = (url: string): string | undefined => /^sqlite:(?!\/\/)(.+)$/.exec(url)?.[1];

function missing(url: string): MissingStoreError {
  return new MissingStoreError(
    `there is no Latchkey database ${placeOf(url)} (missing_store). Nothing was changed. Correct "store" in the configuration. If no broker has run yet, start one, or run "latchkey migrate".`,
  );
}

/** Without user and password. */
function placeOf(url: string): string {
  const path = sqlitePath(url);
  if (path !== undefined) return `at ${path}`;
  const { host, pathname } = new URL(url);
  return `in ${pathname.slice(1) || 'the default database'} at ${host || 'the local server'}`;
}
