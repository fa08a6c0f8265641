import type { GrantKind, RefreshStore } from '../store/store.ts';

/** Calls `work` again and again, until the function that it gives back is called. */
export type Every = (ms: number, work: () => Promise<void>) => () => void;

/**
 * How long a lease lasts when nobody renews it: what a session waits for when the process that refreshed it has died.
 * Short, so that the leeway has room for several tries; long enough that a busy process does not miss its renewals.
 */
export const leaseMs = 5_000;
const renewEveryMs = 1_000;

/** Renews a lease while its holder waits for the provider, which may take longer than a lease lasts. */
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
      // The store is away: the lease runs on, and the compare-and-set at the end decides.
    } finally {
      renewing = false;
    }
  });
  return { lease: () => lease, stop };
}
