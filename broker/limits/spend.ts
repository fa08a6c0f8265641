import type { Deps } from '../deps.ts';
import { tooMany } from '../errors.ts';

/** A budget: at most `count` in a window of `windowMs`. */
export interface Budget {
  name: string;
  count: number;
  windowMs: number;
}

/**
 * Counts one use against a budget in the shared store, the budget multiplied by the configured factor.
 *
 * @param who whose budget: an address, a person, a client
 * @throws {OAuthError} `too_many_requests` with `Retry-After`
 */
export async function spend(
  { config, store, now }: Pick<Deps, 'config' | 'store' | 'now'>,
  budget: Budget,
  who: string,
): Promise<void> {
  const { count, resetsAt } = await store.hit(`${budget.name}:${who}`, budget.windowMs, now());
  if (count > budget.count * config.rateLimitFactor)
    throw tooMany('too many requests: wait as long as Retry-After says', resetsAt - now());
}
