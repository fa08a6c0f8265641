import { base64url } from 'jose';
import { type Proof, ProofError, type ProofTarget, verifyProof } from '../dpop.ts';
import { Refused } from './refused.ts';

/** Maximum difference between our clock and the `iat` of a proof without a nonce, in seconds, either way. */
export const proofAgeSeconds = 60;

export interface ProofPolicy {
  /**
   * Checks and records a proof in one atomic step.
   *
   * @param proof `holder` is whose token it proves, so that one holder's proofs need not crowd out another's
   * @param until when the proof may be forgotten, epoch milliseconds
   * @returns whether this is its first use
   */
  once(proof: Pick<Proof, 'jkt' | 'jti'> & { holder: string }, until: number): boolean | Promise<boolean>;
  /**
   * This server's nonces, if it issues them. If `required`, every proof must carry one; otherwise only proofs whose `iat`
   * is too far from our clock.
   */
  nonces?:
    | {
        required: boolean;
        /** @returns when the nonce expires (epoch milliseconds), or `undefined` if it is unknown or too old */
        check(nonce: string): number | undefined | Promise<number | undefined>;
      }
    | undefined;
}

/**
 * Checks that the sender of a bound token holds its key.
 *
 * @param expected `holder` is the token's subject; `target` is called if the request has a proof, and throws
 *   {@link Refused} if the request's URL is unknown
 * @param now epoch milliseconds
 * @throws {Refused} `invalid_dpop_proof` or `use_dpop_nonce`
 * @see RFC 9449 §4.3
 * @see RFC 9449 §7.1
 * @see RFC 9449 §9
 */
export async function checkTokenProof(
  header: string | null | undefined,
  { token, jkt, holder, target }: { token: string; jkt: string; holder: string; target: () => ProofTarget },
  policy: ProofPolicy,
  now: number,
): Promise<void> {
  if (!header) throw refused('There is no DPoP proof: send it in the DPoP header.');
  const proof = await verifyProof(header, target()).catch((cause: unknown) => {
    throw refused(cause instanceof ProofError ? cause.message : 'The DPoP proof is not valid.', cause);
  });
  if (proof.ath !== (await accessTokenHash(token))) throw refused('The DPoP proof is for another token (ath).');
  if (proof.jkt !== jkt) throw refused('The DPoP proof is signed by another key than the token is bound to.');
  const until = await endOf(proof, policy.nonces, now);
  if (!(await policy.once({ ...proof, holder }, until))) {
    throw refused('The DPoP proof was used before (jti): make a new one for each request.');
  }
}

/** When the proof expires, epoch milliseconds. */
async function endOf({ nonce, iat }: Proof, nonces: ProofPolicy['nonces'], now: number): Promise<number> {
  const byNonce = nonce === undefined ? undefined : await nonces?.check(nonce);
  if (byNonce !== undefined) return byNonce;
  if (nonces?.required) {
    throw new Refused({
      code: 'use_dpop_nonce',
      message: 'This API requires its nonce in the DPoP proof: sign a new proof with the DPoP-Nonce of this answer.',
    });
  }
  const skew = now / 1_000 - iat;
  if (Math.abs(skew) <= proofAgeSeconds) return (iat + 2 * proofAgeSeconds) * 1_000;
  if (nonces) {
    throw new Refused({
      code: 'use_dpop_nonce',
      message:
        'The DPoP proof is too old, or the clocks differ (iat): sign a new proof with the DPoP-Nonce of this answer.',
    });
  }
  throw refused(
    skew > 0
      ? `The DPoP proof was made ${Math.round(skew)} s ago (iat), and ${proofAgeSeconds} s are allowed: make one for each request, and compare the clocks.`
      : `The DPoP proof was made ${Math.round(-skew)} s in the future (iat), and ${proofAgeSeconds} s are allowed: compare the clocks.`,
  );
}

async function accessTokenHash(token: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
  return base64url.encode(new Uint8Array(hash));
}

const refused = (message: string, cause?: unknown) => new Refused({ code: 'invalid_dpop_proof', message }, { cause });
