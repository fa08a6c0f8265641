import type { Clock } from '@latchkey/shared/time.ts';
import { tooMany } from '../errors.ts';
import type { LimitStore } from '../store/store.ts';
import type { Budget } from './spend.ts';

/** A budget that is asked for often: replicas take it out of the store so many at a time. */
export interface BulkBudget extends Budget {
  chunk: number;
}

/**
 * Counts one use against a budget.
 *
 * @param who whose budget: a session, a client at an address
 * @throws {OAuthError} `too_many_requests` with `Retry-After`
 * @throws {StoreUnavailableError} where the store can't tell: then nobody gets through
 */
export type Limiter = (budget: BulkBudget, who: string) => Promise<void>;

/** Forgotten at this size; what is left of a chunk is then lost, which makes a budget smaller and never larger. */
const maxKnown = 10_000;

/**
 * Budgets in the shared store, with one write a chunk instead of one a request. The count is exact to a chunk a replica.
 *
 * @param factor multiplies every budget
 */
export function createLimiter({ store, now, factor }: { store: LimitStore; now: Clock; factor: number }): Limiter {
  const known = new Map<string, { left: number; resetsAt: number }>();

  /** One at a time for each: a crowd that comes at once shares a chunk, and doesn't take one each. */
  const taking = new Map<string, Promise<void>>();

  async function take(key: string, { count, windowMs, chunk }: BulkBudget): Promise<void> {
    const taken = await store.hit(key, windowMs, now());
    if (taken.count * chunk > count * factor) {
      throw tooMany('too many requests: wait as long as Retry-After says', taken.resetsAt - now());
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
