import type { Config } from '../config/types.ts';
import { createStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';

/**
 * Opens the store of the configuration for a command, migrates it as `latchkey serve` does, and closes it at the end:
 * commands also work before the first broker has started.
 */
export async function withStore<Result>(config: Config, work: (store: Store) => Promise<Result>): Promise<Result> {
  const store = await createStore(config.store, { now: () => Date.now() });
  try {
    await store.migrate();
    return await work(store);
  } finally {
    await store.close();
  }
}
