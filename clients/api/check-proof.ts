import { type Proof, ProofError, verifyProof } from '@latchkey/shared/dpop.ts';
import { base64url } from 'jose';
import { ApiError } from './api-error.ts';
import { type Nonces, nonceWindowMs } from './nonces.ts';
import type { ReplayStore } from './replay.ts';

/** How far a proof's `iat` may be from our clock, in seconds, either way. */
const proofAgeSeconds = 60;

/** How long used proofs have to be remembered: without nonces one is good from 60 s before to 60 s after its `iat`. */
export const proofWindowMs = (nonces: Nonces | undefined): number => (nonces ? nonceWindowMs : 2_000 * proofAgeSeconds);

export interface ProofRules {
  token: string;
  /** The key that the token is bound to. */
  jkt: string;
  method: string;
  url: string;
  replay: ReplayStore;
  nonces: Nonces | undefined;
  /** Milliseconds since the epoch. */
  now: number;
}

const refuse = (sentence: string, cause?: unknown) =>
  new ApiError({ code: 'invalid_dpop_proof', message: `The proof is refused: ${sentence}.` }, { cause });

/**
 * Checks that whoever sends a bound token holds its key.
 *
 * @throws {ApiError} `invalid_dpop_proof`, `use_dpop_nonce`, or `temporarily_unavailable` where the replay store fails
 * @see RFC 9449 §4.3, §7.1, §9
 */
export async function checkProof(proofJwt: string | null, rules: ProofRules): Promise<void> {
  if (!proofJwt) throw refuse('there is none; send it in the DPoP header');
  if (!URL.canParse(rules.url)) {
    throw new ApiError({ code: 'invalid_request', message: 'The request has no readable URL: mind its Host header.' });
  }
  const proof = await verifyProof(proofJwt, rules).catch((cause: unknown) => {
    throw refuse(cause instanceof ProofError ? cause.message : 'it is not a DPoP proof', cause);
  });
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(rules.token));
  if (proof.ath !== base64url.encode(new Uint8Array(hash))) throw refuse('it is for another token (ath)');
  if (proof.jkt !== rules.jkt) throw refuse('it is signed by another key than the token is bound to');
  await requireFresh(proof, rules);
  await requireUnused(proof, rules);
}

async function requireFresh({ nonce, iat }: Proof, { nonces, now }: ProofRules): Promise<void> {
  if (nonces) {
    if (nonce !== undefined && (await nonces.check(nonce))) return;
    throw new ApiError({
      code: 'use_dpop_nonce',
      message: 'This API wants its nonce in the proof: send the request again with the one in DPoP-Nonce.',
    });
  }
  const skew = Math.round(now / 1_000 - iat);
  if (Math.abs(skew) <= proofAgeSeconds) return;
  throw refuse(
    skew > 0
      ? `it was made ${skew} s ago (iat), and ${proofAgeSeconds} s are allowed; make one for each request, and compare the clocks`
      : `it was made ${-skew} s in the future (iat), and ${proofAgeSeconds} s are allowed; compare the clocks`,
  );
}

async function requireUnused({ jkt, jti }: Proof, { replay, nonces, now }: ProofRules): Promise<void> {
  let isFirst: boolean;
  try {
    isFirst = await replay.use(`${jkt}.${jti}`, now + proofWindowMs(nonces));
  } catch (cause) {
    // A proof that cannot be told from its replay is not taken.
    throw new ApiError(
      { code: 'temporarily_unavailable', message: 'Used proofs cannot be looked up at the moment. Try again shortly.' },
      { cause },
    );
  }
  if (!isFirst) throw refuse('it was used before (jti); make one for each request');
}
