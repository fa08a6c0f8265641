import type { Clock } from '@latchkey/shared/time.ts';
import { OAuthError } from '../errors.ts';
import type { TransactionStore } from '../store/store.ts';
import type { ExchangeInput, Upstream } from './types.ts';

type Transaction = Omit<Parameters<TransactionStore['putTransaction']>[0], 'expiresAt'>;

/** How long a sign-in can be retried if the provider did not respond. Codes live for one to ten minutes. */
const retryMs = 120_000;

/**
 * Redeems the code of a consumed transaction. If the provider does not respond, the transaction is restored: the
 * client can retry with the same parameters, and the provider decides whether the code is still valid.
 *
 * @throws {OAuthError} as {@link Upstream.exchange} does
 */
export async function exchangeOf(
  { store, now }: { store: Pick<TransactionStore, 'putTransaction'>; now: Clock },
  upstream: Upstream,
  transaction: Transaction,
  input: ExchangeInput,
): ReturnType<Upstream['exchange']> {
  try {
    return await upstream.exchange(input);
  } catch (error) {
    if (error instanceof OAuthError && error.code === 'temporarily_unavailable')
      await store.putTransaction({ ...transaction, expiresAt: now() + retryMs });
    throw error;
  }
}
