import type { ProofTarget } from '../dpop.ts';
import type { Clock } from '../time.ts';
import { isFor, wrongAudience } from './audience.ts';
import { parseAuthorization } from './authorization.ts';
import { boundKey } from './binding.ts';
import type { DpopUse } from './challenge.ts';
import type { JudgedClaims } from './claims.ts';
import { checkTokenProof, type ProofPolicy } from './proof.ts';
import { Refused } from './refused.ts';
import { type Requirements, requireClaims } from './requirements.ts';

/** What is read of a request. */
export interface ResourceRequest {
  authorization: string | null | undefined;
  dpop: string | null | undefined;
  /** What a proof must be for. Called for bound tokens only; throws {@link Refused} where it is not known. */
  target: () => ProofTarget;
}

/** What differs between resource servers. */
export interface ResourceServer<Claims extends JudgedClaims> {
  /** The names of this API; a token for any of them is accepted. */
  audience: string | readonly string[];
  dpop: DpopUse;
  /** Without it no bound token is accepted, and none is asked for. */
  proofs?: ProofPolicy | undefined;
  /** Signature, issuer, times and types. @throws {Refused} `invalid_token` */
  verifyToken(token: string): Promise<Claims>;
  /** What the token alone does not say: its session may have ended. @throws {Refused} `invalid_token` */
  requireLive?(claims: Claims): Promise<void>;
  now: Clock;
}

/**
 * Decides about a request to a protected resource: exactly one token, verified, for this API, sent by whoever it is
 * bound to, still live, and enough for the route.
 *
 * @returns the token's claims
 * @throws {Refused}
 * @see RFC 6750 §3, RFC 9068 §4, RFC 9449 §7, RFC 9470 §3
 */
export async function authorize<Claims extends JudgedClaims>(
  request: ResourceRequest,
  requirements: Requirements,
  { audience, dpop, proofs, verifyToken, requireLive, now }: ResourceServer<Claims>,
): Promise<Claims> {
  const presented = parseAuthorization(request.authorization);
  if (!presented || (presented.scheme === 'DPoP' && !proofs)) throw missingToken(dpop);
  const { scheme, token } = presented;
  try {
    const claims = await verifyToken(token);
    if (!isFor(claims.aud, audience)) throw wrongAudience(claims.aud, audience);
    const jkt = boundKey(claims, scheme, dpop);
    if (jkt !== undefined) {
      if (!proofs) throw missingToken(dpop);
      await checkTokenProof(request.dpop, { token, jkt, target: request.target }, proofs, now());
    }
    await requireLive?.(claims);
    requireClaims(claims, requirements, now());
    return claims;
  } catch (error) {
    throw error instanceof Refused ? error.under(scheme) : error;
  }
}

function missingToken(dpop: DpopUse): Refused {
  const scheme = dpop === 'required' ? 'DPoP' : 'Bearer';
  return new Refused(
    { code: 'missing_token', message: `There is no access token: send "Authorization: ${scheme} <token>".` },
    { scheme },
  );
}
