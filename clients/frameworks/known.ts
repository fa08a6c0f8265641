import type { Snapshot, Store } from './store.ts';

/**
 * Waits until the state is no longer `loading`. Starts the store meanwhile. Without an extension it takes a second; with one, as
 * long as its two answers take, each of which has a deadline of 30 s. A prerendered page waits until it is shown.
 */
export const known = (store: Store): Promise<Snapshot> =>
  new Promise((resolve) => {
    if (store.snapshot().state !== 'loading') return resolve(store.snapshot());
    const stop = store.start();
    const leave = store.subscribe(() => {
      leave();
      stop();
      resolve(store.snapshot());
    });
  });
