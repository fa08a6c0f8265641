import type { Clock } from '@latchkey/shared/time.ts';
import { tooMany } from '../errors.ts';
import type { LimitStore } from '../store/store.ts';
import { budgets } from './budgets.ts';

const { name, count, windowMs } = budgets.serviceAuthentication;

/** Counts failed service authentications from one address. A success is not counted and does not reset the count. */
export function failedAuthentications(
  { store, now }: { store: Pick<LimitStore, 'hit' | 'peek'>; now: Clock },
  network: string,
) {
  const key = `${name}:${network}`;
  return {
    /**
     * Requires that the budget is not used up.
     *
     * @throws {OAuthError} `too_many_requests` once the budget is used up, even for correct credentials
     */
    async requireBudget(): Promise<void> {
      if ((await store.peek(key, now())) < count) return;
      throw tooMany('too many failed authentications from this address; wait for the seconds in Retry-After', windowMs);
    },
    async count(): Promise<void> {
      await store.hit(key, windowMs, now());
    },
  };
}
