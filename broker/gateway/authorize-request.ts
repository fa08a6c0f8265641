import { authorize, type ResourceRequest } from '@latchkey/shared/resource-server/authorize.ts';
import type { ProofPolicy } from '@latchkey/shared/resource-server/proof.ts';
import { Refused } from '@latchkey/shared/resource-server/refused.ts';
import type { ResourceConfig } from '../config/types.ts';
import type { Deps } from '../deps.ts';
import { sha256 } from '../keys/hash.ts';
import { isLive } from '../tokens/token-not-ended.ts';
import { type AccessClaims, TokenError } from '../tokens/token-verifier.ts';
import type { Original } from './original.ts';
import type { RouteRules } from './rules.ts';

type Parts = Pick<Deps, 'config' | 'store' | 'verifyToken' | 'nonces' | 'now'>;

export interface GatewayRequest extends Omit<ResourceRequest, 'target'> {
  original: Original | undefined;
}

/**
 * Decides about a request to a gateway's route.
 *
 * @returns the token's claims
 * @throws {Refused}
 */
export function authorizeRequest(
  parts: Parts,
  rules: RouteRules,
  { dpop }: Pick<ResourceConfig, 'dpop'>,
  { original, ...headers }: GatewayRequest,
): Promise<AccessClaims> {
  return authorize({ ...headers, target: () => known(original) }, rules, {
    audience: rules.resource,
    dpop,
    proofs: proofPolicy(parts),
    verifyToken: parts.verifyToken,
    async requireLive(claims) {
      if (!(await isLive(parts, claims))) throw new TokenError('The session of this token has ended: sign in again.');
    },
    now: parts.now,
  });
}

/** Each proof is accepted once, on all replicas. A client whose clock is off gets a nonce to go by. */
const proofPolicy = ({ store, nonces, now }: Parts): ProofPolicy => ({
  once: ({ jkt, jti }, until) => store.rememberOnce(`ath:${sha256(`${jkt}\0${jti}`)}`, until, now()),
  nonces: { required: false, check: nonces.check },
});

function known(original: Original | undefined): Original {
  if (original) return original;
  throw new Refused({
    code: 'invalid_dpop_proof',
    message:
      'The gateway does not say which request the DPoP proof must be for: list the gateway under trusted_proxies, and let it send X-Forwarded-Method, -Proto, -Host and -Uri.',
  });
}
