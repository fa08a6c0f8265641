import type { Clock } from '@latchkey/shared/time.ts';
import { tooMany } from '../errors.ts';
import type { LimitStore } from '../store/store.ts';
import type { ChunkedBudget } from './budgets.ts';

/**
 * Counts one use against a budget, with one write to the store per chunk instead of per use. Across replicas, the
 * count is exact to one chunk per replica. Use `countExactly` for an exact count.
 *
 * @param who the budget's owner: a session, or a client at an address
 * @throws {OAuthError} `too_many_requests` with `Retry-After`
 * @throws {StoreUnavailableError} if the store is unavailable, in which case every request is rejected
 */
export type ChunkedCounter = (budget: ChunkedBudget, who: string) => Promise<void>;

/** The memory is cleared at this size. The rest of each chunk is then lost, so budgets can shrink but never grow. */
const maxKnown = 10_000;

/**
 * Creates a chunked counter.
 *
 * @param factor multiplies every budget
 */
export function createChunkedCounter({
  store,
  now,
  factor,
}: {
  store: Pick<LimitStore, 'hit'>;
  now: Clock;
  factor: number;
}): ChunkedCounter {
  const known = new Map<string, { left: number; resetsAt: number }>();

  /** Only one request to the store per key at a time, so that concurrent requests share a chunk. */
  const taking = new Map<string, Promise<void>>();

  async function take(key: string, { count, windowMs, chunk }: ChunkedBudget): Promise<void> {
    const taken = await store.hit(key, windowMs, now());
    if (taken.count * chunk > count * factor) {
      throw tooMany('too many requests; wait for the seconds in Retry-After', taken.resetsAt - now());
    }
    if (known.size >= maxKnown) known.clear();
    known.set(key, { left: chunk, resetsAt: taken.resetsAt });
  }

  return async (budget, who) => {
    const key = `${budget.name}:${who}`;
    for (;;) {
      const own = known.get(key);
      if (own && own.resetsAt > now() && own.left > 0) {
        own.left -= 1;
        return;
      }
      const running = taking.get(key) ?? take(key, budget).finally(() => taking.delete(key));
      taking.set(key, running);
      await running;
    }
  };
}
