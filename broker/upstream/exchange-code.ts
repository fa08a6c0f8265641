import type { Clock } from '@latchkey/shared/time.ts';
import { OAuthError } from '../errors.ts';
import type { TransactionStore } from '../store/store.ts';
import type { ExchangeInput, Upstream } from './types.ts';

type Transaction = Omit<Parameters<TransactionStore['putTransaction']>[0], 'expiresAt'>;

/** For so long a sign-in can be taken up again whose code the provider did not answer: codes live for one to ten minutes. */
const retryMs = 120_000;

/**
 * Redeems the code of a transaction that was consumed. Where the provider does not answer, the transaction is put back:
 * whoever began it comes again with what they have, and the provider says whether the code is still good.
 *
 * @throws {OAuthError} what {@link Upstream.exchange} throws
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
