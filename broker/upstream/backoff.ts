import type { Clock } from '@latchkey/shared/time.ts';

/**
 * Backs off from what fails: a provider, by its name, or the refreshes of one session, by `kind:id`. State is per
 * process and not shared between replicas.
 */
export interface Backoff {
  /** Remaining backoff in milliseconds; 0 if requests may be sent. */
  waitMs(key: string): number;
  /** Why, as told to the last call of `failed`. */
  reason(key: string): string | undefined;
  /** Number of consecutive failures. */
  failures(key: string): number;
  succeeded(key: string): void;
  /** @returns how long to wait, in milliseconds */
  failed(key: string, retryAfterMs: number | undefined, reason?: string): number;
}

const firstMs = 500;
const longestMs = 30_000;
/** A session that has not been refreshed for this long after its backoff begins anew. */
const forgetMs = 600_000;

/** Exponential backoff with jitter, so waiting sessions don't retry all at once. `Retry-After` takes precedence. */
export function createBackoff({ now, random }: { now: Clock; random: () => number }): Backoff {
  /** Ordered by the last failure. */
  const states = new Map<string, { failures: number; until: number; reason: string | undefined }>();

  function forgetOld(): void {
    for (const [key, { until }] of states) {
      if (until + forgetMs > now()) return;
      states.delete(key);
    }
  }

  return {
    waitMs: (key) => Math.max(0, (states.get(key)?.until ?? 0) - now()),
    reason: (key) => states.get(key)?.reason,
    failures: (key) => states.get(key)?.failures ?? 0,
    succeeded: (key) => void states.delete(key),
    failed(key, retryAfterMs, reason) {
      const known = states.get(key);
      // Concurrent failures count once: a hundred sessions failing together must not escalate the backoff a hundred times.
      const isNews = known === undefined || now() >= known.until;
      const failures = (known?.failures ?? 0) + (isNews ? 1 : 0);
      const ceiling = Math.min(longestMs, firstMs * 2 ** (failures - 1));
      const wait = Math.ceil(retryAfterMs ?? ceiling * (0.5 + random() / 2));
      states.delete(key);
      states.set(key, { failures, until: now() + wait, reason });
      forgetOld();
      return wait;
    },
  };
}
