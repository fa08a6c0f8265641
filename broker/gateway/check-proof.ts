import { createHash } from 'node:crypto';
import { type Proof, ProofError, verifyProof } from '@latchkey/shared/dpop.ts';
import type { Deps } from '../deps.ts';
import { sha256 } from '../keys/hash.ts';
import type { Original } from './original.ts';

/** How far the `iat` of a proof without a nonce may be from our clock, in seconds, either way. */
const proofAgeSeconds = 60;

/** Why a proof is refused. `use_dpop_nonce`: the same with the nonce of the answer will do. */
export class ProofRefused extends Error {
  override readonly name = 'ProofRefused';
  readonly code: 'invalid_dpop_proof' | 'use_dpop_nonce';

  constructor(code: ProofRefused['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * Checks that whoever sends a bound token to a gateway holds its key. A clock that is off gets a nonce to go by.
 *
 * @throws {ProofRefused}
 * @see RFC 9449 §4.3, §7.1, §9
 */
export async function checkTokenProof(
  { store, nonces, now }: Pick<Deps, 'store' | 'nonces' | 'now'>,
  header: string | undefined,
  { token, jkt, original }: { token: string; jkt: string; original: Original | undefined },
): Promise<void> {
  if (!header) throw refused('there is none: send it in the DPoP header');
  if (!original) {
    throw refused(
      'the gateway does not say for which request: list it under trusted_proxies, and have it send X-Forwarded-Method, -Proto, -Host and -Uri',
    );
  }
  const proof = await verifyProof(header, original).catch((cause: unknown) => {
    throw refused(cause instanceof ProofError ? cause.message : 'it is no DPoP proof', cause);
  });
  if (proof.ath !== createHash('sha256').update(token).digest('base64url')) {
    throw refused('it is for another token (ath)');
  }
  if (proof.jkt !== jkt) throw refused('it is signed by another key than the token is bound to');
  const endsAt = endOf(proof, nonces, now());
  if (endsAt === undefined) {
    throw new ProofRefused(
      'use_dpop_nonce',
      'the proof is too old, or the clocks differ: sign again with the DPoP-Nonce of this answer',
    );
  }
  if (!(await store.rememberOnce(`ath:${sha256(`${proof.jkt}\0${proof.jti}`)}`, endsAt, now()))) {
    throw refused('it was used before (jti): make a new one for each request');
  }
}

/** Until when the proof would be good, epoch milliseconds. */
function endOf({ nonce, iat }: Proof, nonces: Deps['nonces'], now: number): number | undefined {
  const byNonce = nonce === undefined ? undefined : nonces.check(nonce);
  if (byNonce !== undefined) return byNonce;
  return Math.abs(now / 1_000 - iat) <= proofAgeSeconds ? (iat + 2 * proofAgeSeconds) * 1_000 : undefined;
}

const refused = (why: string, cause?: unknown) =>
  new ProofRefused('invalid_dpop_proof', `the proof is refused: ${why}`, { cause });
