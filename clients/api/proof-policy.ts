import { type ProofPolicy, proofAgeSeconds } from '@latchkey/shared/resource-server/proof.ts';
import { Refused } from '@latchkey/shared/resource-server/refused.ts';
import { base64url } from 'jose';
import { type Nonces, nonceWindowMs } from './nonces.ts';
import type { ReplayStore } from './replay.ts';

/** How long to remember used proofs. Without nonces, a proof is valid from 60 s before to 60 s after its `iat`. */
export const proofWindowMs = (nonces: Nonces | undefined): number => (nonces ? nonceWindowMs : 2_000 * proofAgeSeconds);

/** The rules for DPoP proofs: each is accepted once, and must carry a nonce if the API issues them. */
export const proofPolicy = (replay: ReplayStore, nonces: Nonces | undefined): ProofPolicy => ({
  nonces: nonces && { required: true, check: nonces.check },
  async once({ jkt, jti, holder }, until) {
    const id = `${jkt}.${await sha256(jti)}`;
    try {
      return await replay.use(id, until, holder);
    } catch (cause) {
      // Fail closed: without the replay store, a replay can't be detected.
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

/** Clients choose the length of a `jti`, and not what it costs to remember it. */
async function sha256(text: string): Promise<string> {
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));
}
