import type { Snapshot, Store } from './store.ts';

/** Waits until the state is no longer `loading`, which takes a second at most. Starts the store meanwhile. */
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
