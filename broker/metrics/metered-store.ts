import type { Store } from '../store/store.ts';
import type { Metrics } from './metrics.ts';

/** Wraps a store to time its operations. */
export function meteredStore(store: Store, metrics: Pick<Metrics, 'storeOperation'>, url: string): Store {
  const system = url.startsWith('sqlite:') ? 'sqlite' : 'postgresql';
  const { onRevocation, ...operations } = store;
  const timed = Object.entries(operations).map(
    ([name, operation]: [string, (...args: never[]) => Promise<unknown>]) => [
      name,
      async (...args: never[]) => {
        const ended = metrics.storeOperation(system, name);
        try {
          const result = await operation(...args);
          ended(undefined);
          return result;
        } catch (error) {
          ended(error instanceof Error ? error.name : typeof error);
          throw error;
        }
      },
    ],
  );
  return { ...Object.fromEntries(timed), onRevocation };
}
