import type { Clock } from '@latchkey/shared/time.ts';
import type { Config } from '../config/types.ts';
import { tooMany } from '../errors.ts';
import type { LimitStore } from '../store/store.ts';
import type { Budget } from './budgets.ts';

/**
 * Counts one use against a budget. The count is exact across all replicas, at the cost of one write per use. Use it
 * for rare requests and for those that write to the store anyway, and `countInChunks` for the rest.
 *
 * @param who the budget's owner: an address, a person or a client
 * @throws {OAuthError} `too_many_requests` with `Retry-After`
 */
export async function countExactly(
  { config, store, now }: { config: Pick<Config, 'rateLimitFactor'>; store: Pick<LimitStore, 'hit'>; now: Clock },
  budget: Budget,
  who: string,
): Promise<void> {
  const { count, resetsAt } = await store.hit(`${budget.name}:${who}`, budget.windowMs, now());
  if (count > budget.count * config.rateLimitFactor)
    throw tooMany('too many requests; wait for the seconds in Retry-After', resetsAt - now());
}
