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

/** The parts of a request that are read. */
export interface ResourceRequest {
  authorization: string | null | undefined;
  dpop: string | null | undefined;
  /**
   * Returns the method and URL that a proof must match. Called for bound tokens only.
   *
   * @throws {Refused} if the URL is unknown
   */
  target: () => ProofTarget;
}

/** Settings of a resource server. */
export interface ResourceServer<Claims extends JudgedClaims> {
  /** The names of this API; a token for any of them is accepted. */
  audience: string | readonly string[];
  dpop: DpopUse;
  /** How DPoP proofs are checked. If absent, bound tokens are refused and not asked for. */
  proofs?: ProofPolicy | undefined;
  /**
   * Checks signature, issuer, times and types.
   *
   * @throws {Refused} `invalid_token`
   */
  verifyToken(token: string): Promise<Claims>;
  /**
   * Checks what the token itself can't show: whether its session has ended.
   *
   * @throws {Refused} `invalid_token`
   */
  requireLive?(claims: Claims): Promise<void>;
  now: Clock;
}

/**
 * Authorizes a request to a protected resource. It must carry exactly one token that is valid, for this API, sent by
 * the holder of its key if it is bound to one, not revoked, and sufficient for the route.
 *
 * @returns the token's claims
 * @throws {Refused}
 * @see RFC 6750 §3
 * @see RFC 9068 §4
 * @see RFC 9449 §7
 * @see RFC 9470 §3
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
      const holder = typeof claims.sub === 'string' ? claims.sub : jkt;
      await checkTokenProof(request.dpop, { token, jkt, holder, target: request.target }, proofs, now());
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
