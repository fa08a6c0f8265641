import type { Config } from '../config/types.ts';
import { createStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import { trustCertificates } from '../trusted-certificates.ts';
import { operatorOf } from './operator.ts';

/**
 * Opens the store of the configuration for a command, migrates it as `latchkey serve` does, and closes it at the end:
 * commands also work before the first broker has started. Every audit entry of the command says who ran it.
 *
 * @param by the option `--by`
 */
export async function withStore<Result>(
  config: Pick<Config, 'store' | 'tls'>,
  work: (store: Store) => Promise<Result>,
  by?: string,
): Promise<Result> {
  trustCertificates(config.tls);
  const store = await createStore(config.store, { now: () => Date.now(), operator: operatorOf(by) });
  try {
    await store.migrate();
    return await work(store);
  } finally {
    await store.close();
  }
}
