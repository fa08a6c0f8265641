import type { ProofPolicy } from '@latchkey/shared/resource-server/proof.ts';
import type { FailedAuthentication } from '../errors.ts';
import { sha256 } from '../keys/hash.ts';
import type { Store } from '../store/store.ts';
import type { NonceIssuer } from './dpop-nonce.ts';

/**
 * The rules for proofs of access tokens: each is accepted once, on all replicas. A client whose clock is off gets a nonce
 * to go by.
 *
 * @param replayed told when a proof comes again, and whose token it proves
 */
export const resourceProofs = (
  { store, nonces, now }: { store: Pick<Store, 'rememberOnce'>; nonces: NonceIssuer; now: () => number },
  replayed: (failed: FailedAuthentication) => void,
): ProofPolicy => ({
  async once({ jkt, jti, holder }, until) {
    const isFirst = await store.rememberOnce(`ath:${sha256(`${jkt}\0${jti}`)}`, until, now());
    if (!isFirst) replayed({ kind: 'replayed_proof', sub: holder });
    return isFirst;
  },
  nonces: { required: false, check: nonces.check },
});
