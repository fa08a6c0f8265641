import type { GrantKind, RefreshStore } from '../store/store.ts';

/** Calls `work` every `ms` milliseconds until the returned function is called. */
export type Every = (ms: number, work: () => Promise<void>) => () => void;

/**
 * How long a lease lasts without renewal, and so how long a session waits after the refreshing process dies. Short
 * enough that several attempts fit into the leeway; long enough that a busy process does not miss its renewals.
 */
export const leaseMs = 5_000;
const renewEveryMs = 1_000;

/** Renews a lease while its holder waits for the provider, which may take longer than the lease lasts. */
export function hold(
  { store, every }: { store: RefreshStore; every: Every },
  { kind, id, row }: { kind: GrantKind; id: string; row: { version: number } },
  first: number,
): { lease(): number; stop(): void } {
  let lease = first;
  let renewing = false;
  const stop = every(renewEveryMs, async () => {
    if (renewing) return;
    renewing = true;
    try {
      lease = (await store.renewRefresh(kind, id, row.version, { lease, leaseMs })) ?? lease;
    } catch {
      // The store is unavailable: keep the current lease. The compare-and-set on commit decides.
    } finally {
      renewing = false;
    }
  });
  return { lease: () => lease, stop };
}
