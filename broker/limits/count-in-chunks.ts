import type { Clock } from '@latchkey/shared/time.ts';
import { tooMany } from '../errors.ts';
import type { LimitStore } from '../store/store.ts';
import type { ChunkedBudget } from './budgets.ts';

/**
 * Counts one use against a budget, with one write to the store a chunk instead of one a use. Across replicas the count
 * is exact to a chunk each. `countExactly` has no such slack.
 *
 * @param who whose budget: a session, a client at an address
 * @throws {OAuthError} `too_many_requests` with `Retry-After`
 * @throws {StoreUnavailableError} where the store can't tell: then nobody gets through
 */
export type ChunkedCounter = (budget: ChunkedBudget, who: string) => Promise<void>;

/** The memory is cleared at this size. What is left of a chunk is then lost: a budget gets smaller, never larger. */
const maxKnown = 10_000;

/** @param factor multiplies every budget */
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

  /** One request to the store at a time for each key, so that a crowd shares a chunk instead of taking one each. */
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
