import { base64url } from 'jose';
import { ProofError, verifyProof } from '#shared/dpop.ts';
import { ApiError } from './api-error.ts';
import type { ReplayGuard } from './replay.ts';

/** How far a proof's `iat` may be from our clock, in seconds, either way. */
export const proofAgeSeconds = 60;

export interface ProofRules {
  token: string;
  /** The key that the token is bound to. */
  jkt: string;
  method: string;
  url: string;
  replay: ReplayGuard;
  /** Milliseconds since the epoch. */
  now: number;
}

/**
 * Checks that whoever sends a bound token holds its key.
 *
 * @throws {ApiError} `invalid_dpop_proof`
 * @see RFC 9449 §4.3, §7.1
 */
export async function checkProof(proofJwt: string | null, rules: ProofRules): Promise<void> {
  const refuse = (sentence: string, cause?: unknown) =>
    new ApiError({ code: 'invalid_dpop_proof', message: `The proof is refused: ${sentence}.` }, { cause });

  if (!proofJwt) throw refuse('there is none; send it in the DPoP header');
  const proof = await verifyProof(proofJwt, rules).catch((cause: unknown) => {
    throw refuse(cause instanceof ProofError ? cause.message : 'it is not a DPoP proof', cause);
  });
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(rules.token));
  if (proof.ath !== base64url.encode(new Uint8Array(hash))) throw refuse('it is for another token (ath)');
  if (proof.jkt !== rules.jkt) throw refuse('it is signed by another key than the token is bound to');
  if (Math.abs(rules.now / 1_000 - proof.iat) > proofAgeSeconds) {
    throw refuse(
      `it was made more than ${proofAgeSeconds} s from now (iat); make one for each request, and compare the clocks`,
    );
  }
  if (!rules.replay.use(`${proof.jkt}.${proof.jti}`))
    throw refuse('it was used before (jti); make one for each request');
}
