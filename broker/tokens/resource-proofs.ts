import type { ProofPolicy } from '@latchkey/shared/resource-server/proof.ts';
import { sha256 } from '../keys/hash.ts';
import type { Store } from '../store/store.ts';
import type { NonceIssuer } from './dpop-nonce.ts';

/**
 * The rules for proofs of access tokens: each is accepted once, on all replicas. A client whose clock is off gets a nonce
 * to go by.
 */
export const resourceProofs = ({
  store,
  nonces,
  now,
}: {
  store: Pick<Store, 'rememberOnce'>;
  nonces: NonceIssuer;
  now: () => number;
}): ProofPolicy => ({
  once: ({ jkt, jti }, until) => store.rememberOnce(`ath:${sha256(`${jkt}\0${jti}`)}`, until, now()),
  nonces: { required: false, check: nonces.check },
});
