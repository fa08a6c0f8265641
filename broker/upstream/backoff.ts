import type { Clock } from '@latchkey/shared/time.ts';

/** Backs off from a provider that does not respond. State is per process and not shared between replicas. */
export interface Backoff {
  /** Remaining backoff for this provider, in milliseconds; 0 if requests may be sent. */
  waitMs(upstream: string): number;
  /** Number of consecutive failures. */
  failures(upstream: string): number;
  succeeded(upstream: string): void;
  /** @returns how long to wait, in milliseconds */
  failed(upstream: string, retryAfterMs: number | undefined): number;
}

const firstMs = 500;
const longestMs = 30_000;

/** Exponential backoff with jitter, so waiting sessions don't retry all at once. `Retry-After` takes precedence. */
export function createBackoff({ now, random }: { now: Clock; random: () => number }): Backoff {
  const states = new Map<string, { failures: number; until: number }>();
  return {
    waitMs: (upstream) => Math.max(0, (states.get(upstream)?.until ?? 0) - now()),
    failures: (upstream) => states.get(upstream)?.failures ?? 0,
    succeeded: (upstream) => void states.delete(upstream),
    failed(upstream, retryAfterMs) {
      const known = states.get(upstream);
      // Concurrent failures count once: a hundred sessions failing together must not escalate the backoff a hundred times.
      const isNews = known === undefined || now() >= known.until;
      const failures = (known?.failures ?? 0) + (isNews ? 1 : 0);
      const ceiling = Math.min(longestMs, firstMs * 2 ** (failures - 1));
      const wait = Math.ceil(retryAfterMs ?? ceiling * (0.5 + random() / 2));
      states.set(upstream, { failures, until: now() + wait });
      return wait;
    },
  };
}
