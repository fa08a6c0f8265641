import type { ResourceConfig } from '../config/types.ts';
import type { Deps } from '../deps.ts';
import { OAuthError } from '../errors.ts';
import { isLive } from '../tokens/session-is-live.ts';
import { type AccessClaims, TokenError } from '../tokens/token-verifier.ts';
import { challenge, invitation, type Scheme } from './challenge.ts';
import { checkTokenProof, ProofRefused } from './check-proof.ts';
import { judge, type Refusal } from './check-rules.ts';
import type { Original } from './original.ts';
import { readPresented } from './presented.ts';
import type { RouteRules } from './rules.ts';

export interface GatewayRequest {
  authorization: string | undefined;
  dpop: string | undefined;
  original: Original | undefined;
}

/**
 * Decides about a request to a gateway's route: the token is ours, good, bound to who sends it, and enough.
 *
 * @returns the token's claims
 * @throws {OAuthError} 401 or 403 with a challenge; never another 4xx, which gateways take for a fault of ours
 */
export async function authorizeRequest(
  deps: Deps,
  rules: RouteRules,
  { dpop }: ResourceConfig,
  request: GatewayRequest,
): Promise<AccessClaims> {
  const presented = readPresented(request.authorization);
  if (!presented) {
    throw new OAuthError('missing_token', 'this API wants an access token: send it in the Authorization header', {
      headers: { 'WWW-Authenticate': invitation(dpop) },
    });
  }
  const { scheme, token } = presented;
  try {
    const claims = await deps.verifyToken(token);
    const jkt = boundKey(claims, scheme, dpop);
    if (jkt !== undefined) await checkTokenProof(deps, request.dpop, { token, jkt, original: request.original });
    if (!(await isLive(deps, claims))) throw new TokenError('the session of this token has ended: sign in again');
    const refusal = judge(rules, claims, deps.now());
    if (refusal) throw refused(scheme, refusal);
    return claims;
  } catch (error) {
    if (error instanceof TokenError) throw refused(scheme, { code: 'invalid_token', why: error.message, cause: error });
    if (error instanceof ProofRefused) {
      const headers: Record<string, string> =
        error.code === 'use_dpop_nonce' ? { 'DPoP-Nonce': deps.nonces.issue() } : {};
      throw refused('DPoP', { code: error.code, why: error.message, cause: error, headers });
    }
    throw error;
  }
}

/** A bound token without its proof is a bearer token again: whoever stole it could use it (RFC 9449 §7.2). */
function boundKey({ cnf }: AccessClaims, scheme: Scheme, dpop: ResourceConfig['dpop']): string | undefined {
  if (cnf === undefined) {
    if (scheme === 'DPoP') throw new TokenError('the token is bound to no key: send it as Bearer');
    if (dpop === 'required') throw new TokenError('this API takes only tokens that are bound to a key (DPoP)');
    return undefined;
  }
  if (scheme === 'Bearer') throw new TokenError('the token is bound to a key: send it as DPoP, with a proof');
  return cnf.jkt;
}

interface Refused {
  code: Refusal['code'] | ProofRefused['code'];
  why: string;
  params?: Refusal['params'];
  headers?: Record<string, string>;
  cause?: unknown;
}

const refused = (scheme: Scheme, { code, why, params = {}, headers = {}, cause }: Refused): OAuthError =>
  new OAuthError(code, why, {
    members: params,
    headers: { 'WWW-Authenticate': challenge(scheme, { code, why, params }), ...headers },
    cause,
  });
