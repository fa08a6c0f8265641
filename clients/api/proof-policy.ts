import { type ProofPolicy, proofAgeSeconds } from '@latchkey/shared/resource-server/proof.ts';
import { Refused } from '@latchkey/shared/resource-server/refused.ts';
import { type Nonces, nonceWindowMs } from './nonces.ts';
import type { ReplayStore } from './replay.ts';

/** How long used proofs have to be remembered: without nonces one is good from 60 s before to 60 s after its `iat`. */
export const proofWindowMs = (nonces: Nonces | undefined): number => (nonces ? nonceWindowMs : 2_000 * proofAgeSeconds);

/** How an API judges proofs: each is accepted once, and with its nonce where it gives any. */
export const proofPolicy = (replay: ReplayStore, nonces: Nonces | undefined): ProofPolicy => ({
  nonces: nonces && { required: true, check: nonces.check },
  async once({ jkt, jti }, until) {
    try {
      return await replay.use(`${jkt}.${jti}`, until);
    } catch (cause) {
      // A proof that cannot be told from its replay is not accepted.
      throw new Refused(
        {
          code: 'temporarily_unavailable',
          message: 'Used proofs cannot be looked up at the moment. Try again shortly.',
        },
        { cause },
      );
    }
  },
});
