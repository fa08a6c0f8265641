import type { HeldToken, KeptTokenOptions } from './keep-token.ts';
import { load } from './load.ts';
import type { Snapshot, Store } from './store.ts';
import { retryAfter } from './worth-retrying.ts';

/**
 * Loads and begins `keepToken`.
 *
 * @returns stops
 */
export function holdToken(
  store: Store,
  snapshot: Snapshot,
  options: KeptTokenOptions,
  show: (held: HeldToken) => void,
): () => void {
  const over = new AbortController();
  const { signal } = over;
  void load(() => import('./keep-token.ts')).then(({ keepToken }) => {
    if (!signal.aborted) keepToken(store, snapshot, options, { show, tokenWait: retryAfter, signal });
  });
  return () => over.abort();
}
