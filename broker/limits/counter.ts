import type { Clock } from '@latchkey/shared/time.ts';
import type { Config } from '../config/types.ts';
import { tooMany } from '../errors.ts';
import type { LimitStore } from '../store/store.ts';
import { type Budget, limitOf } from './budgets.ts';

/**
 * Counts one use against a budget, for all replicas. A budget with a `chunk` costs one write to the store per chunk,
 * and its count is then exact to one chunk per replica. Without one, it is exact.
 *
 * Call it last: after every check that costs nothing to repeat, and before what the budget is for.
 *
 * @param who the budget's owner: a session, a person, a network, or a known client at a network. Never text that the
 *   caller can choose freely, because each owner is a row in the store
 * @returns takes the use back, for what was counted before it was known to be free; not for budgets with a `chunk`
 * @throws {OAuthError} `too_many_requests` with `Retry-After`
 * @throws {StoreUnavailableError} if the store is unavailable, in which case every request is rejected
 */
export type Counter = (budget: Budget, who: string) => Promise<() => Promise<void>>;

interface Taken {
  /** Uses that are taken from the store and left. */
  left: number;
  /** The limit under which the store has no more uses to give. Until the window ends, it is not asked again. */
  usedUp: number | undefined;
  resetsAt: number;
}

/** Beyond this number of owners, the oldest is forgotten. Its chunk is then lost, so budgets can shrink but never grow. */
const maxKnown = 10_000;

/**
 * Creates a counter.
 *
 * @param config its `rateLimitFactor` may change while the broker runs
 */
export function createCounter({
  config,
  store,
  now,
}: {
  config: Pick<Config, 'rateLimitFactor'>;
  store: Pick<LimitStore, 'hit' | 'takeBack'>;
  now: Clock;
}): Counter {
  const known = new Map<string, Taken>();

  /** Only one request to the store per key at a time, so that concurrent requests share a chunk. */
  const taking = new Map<string, Promise<void>>();

  async function take(key: string, budget: Budget, limit: number): Promise<void> {
    const chunk = Math.min(budget.chunk ?? 1, limit);
    const { count, resetsAt } = await store.hit(key, budget.windowMs, now());
    const left = Math.max(0, Math.min(chunk, limit - (count - 1) * chunk));
    known.delete(key);
    known.set(key, { left, usedUp: left === 0 ? limit : undefined, resetsAt });
    if (known.size <= maxKnown) return;
    const [oldest = ''] = known.keys();
    known.delete(oldest);
  }

  async function takeBack(key: string, { resetsAt }: Taken): Promise<void> {
    await store.takeBack(key, resetsAt);
    if (known.get(key)?.left === 0) known.delete(key);
  }

  return async (budget, who) => {
    const key = `${budget.name}:${who}`;
    const limit = limitOf(budget, config.rateLimitFactor);
    for (;;) {
      const own = known.get(key);
      if (own && own.resetsAt > now()) {
        if (own.left > 0) {
          own.left -= 1;
          return () => takeBack(key, own);
        }
        if (own.usedUp !== undefined && own.usedUp >= limit)
          throw tooMany(
            `too many ${budget.of ?? 'requests'}; wait for the seconds in Retry-After`,
            own.resetsAt - now(),
          );
      }
      const running = taking.get(key) ?? take(key, budget, limit).finally(() => taking.delete(key));
      taking.set(key, running);
      await running;
    }
  };
}
