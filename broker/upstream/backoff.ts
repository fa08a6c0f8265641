import type { Clock } from '@latchkey/shared/time.ts';

/** Keeps requests away from a provider that does not answer. One a process; replicas find out for themselves. */
export interface Backoff {
  /** How long to leave this provider alone, in milliseconds; 0: go ahead. */
  waitMs(upstream: string): number;
  /** Failures in a row; 0: all is well. */
  failures(upstream: string): number;
  succeeded(upstream: string): void;
  /** @returns how long to wait, in milliseconds */
  failed(upstream: string, retryAfterMs: number | undefined): number;
}

const firstMs = 500;
const longestMs = 30_000;

/** Exponential with full jitter, so that waiting sessions do not come back all at once; `Retry-After` wins. */
export function createBackoff({ now, random }: { now: Clock; random: () => number }): Backoff {
  const states = new Map<string, { failures: number; until: number }>();
  return {
    waitMs: (upstream) => Math.max(0, (states.get(upstream)?.until ?? 0) - now()),
    failures: (upstream) => states.get(upstream)?.failures ?? 0,
    succeeded: (upstream) => void states.delete(upstream),
    failed(upstream, retryAfterMs) {
      const known = states.get(upstream);
      // Requests that fail side by side are one failure: a hundred sessions at once don't make the provider a hundred times as bad.
      const isNews = known === undefined || now() >= known.until;
      const failures = (known?.failures ?? 0) + (isNews ? 1 : 0);
      const ceiling = Math.min(longestMs, firstMs * 2 ** (failures - 1));
      const wait = Math.ceil(retryAfterMs ?? ceiling * (0.5 + random() / 2));
      states.set(upstream, { failures, until: now() + wait });
      return wait;
    },
  };
}
