import { ProofError, verifyProof } from '@latchkey/shared/dpop.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import { OAuthError } from '../errors.ts';
import { sha256 } from '../keys/hash.ts';
import type { NonceIssuer } from './dpop-nonce.ts';
import { createProofSignatureCheck } from './proof-signature.ts';
import type { RememberProof } from './used-proofs.ts';

export interface CheckedProof {
  /** JWK thumbprint (RFC 7638) of the key that signed the proof. */
  jkt: string;
  /**
   * Marks the proof as used. Separate from the check because it is remembered: unauthenticated callers, who can
   * create any number of proofs, must be rejected first.
   *
   * @throws {OAuthError} `invalid_dpop_proof` if the proof was used before
   */
  use(): Promise<void>;
}

export type ProofChecker = (
  header: string | undefined,
  target: { method: string; url: string },
) => Promise<CheckedProof>;

/**
 * Checks the DPoP proof of a `/session` request: first signature and target, then that its nonce was issued by the
 * broker and is fresh. {@link CheckedProof.use} detects replays, once the caller is authenticated.
 *
 * Freshness depends only on the nonce's age, never on `iat`, because client clocks may be off by an hour.
 *
 * @see RFC 9449 §4.3, §8, §11.1
 */
export function createProofChecker({
  rememberProof,
  nonces,
  now,
}: {
  rememberProof: RememberProof;
  nonces: NonceIssuer;
  now: Clock;
}): ProofChecker {
  const verifySignature = createProofSignatureCheck();

  async function verify(header: string, target: { method: string; url: string }) {
    try {
      return await verifyProof(header, target, verifySignature);
    } catch (cause) {
      if (cause instanceof ProofError) throw new OAuthError('invalid_dpop_proof', cause.message, { cause });
      throw cause;
    }
  }

  return async (header, target) => {
    if (!header)
      throw new OAuthError(
        'invalid_dpop_proof',
        "There is no DPoP proof: send one by the session's key in the DPoP header.",
      );
    const proof = await verify(header, target);
    const endsAt = proof.nonce === undefined ? undefined : nonces.check(proof.nonce);
    if (endsAt === undefined) {
      throw new OAuthError(
        'use_dpop_nonce',
        'The DPoP proof needs a fresh nonce: sign a new proof with the DPoP-Nonce of this answer.',
      );
    }
    return {
      jkt: proof.jkt,
      async use() {
        if (await rememberProof(`jti:${sha256(`${proof.jkt}\0${proof.jti}`)}`, endsAt + 1, now())) return;
        throw new OAuthError(
          'invalid_dpop_proof',
          'The DPoP proof was used before (jti): make a new one for each request.',
          { failed: { kind: 'replayed_proof' } },
        );
      },
    };
  };
}
