import { authorize, type ResourceRequest } from '@latchkey/shared/resource-server/authorize.ts';
import { Refused } from '@latchkey/shared/resource-server/refused.ts';
import type { ResourceConfig } from '../config/types.ts';
import type { Deps } from '../deps.ts';
import type { FailedAuthentication } from '../errors.ts';
import { resourceProofs } from '../tokens/resource-proofs.ts';
import { type AccessClaims, TokenError } from '../tokens/token-verifier.ts';
import type { Original } from './original.ts';
import type { RouteRules } from './rules.ts';

type Parts = Pick<Deps, 'store' | 'knownTokens' | 'nonces' | 'now'>;

export interface GatewayRequest extends Omit<ResourceRequest, 'target'> {
  original: Original | undefined;
  /** Told of a proof that was used before. */
  replayed: (failed: FailedAuthentication) => void;
}

/**
 * Decides whether a request to a gateway's route is allowed.
 *
 * @returns the token's claims
 * @throws {Refused}
 */
export function authorizeRequest(
  parts: Parts,
  rules: RouteRules,
  { dpop }: Pick<ResourceConfig, 'dpop'>,
  { original, replayed, ...headers }: GatewayRequest,
): Promise<AccessClaims> {
  return authorize({ ...headers, target: () => known(original) }, rules, {
    audience: rules.resource,
    dpop,
    proofs: resourceProofs(parts, replayed),
    verifyToken: parts.knownTokens.verify,
    async requireLive(claims) {
      if (!(await parts.knownTokens.isLive(claims)))
        throw new TokenError('The session of this token has ended: sign in again.');
    },
    now: parts.now,
  });
}

function known(original: Original | undefined): Original {
  if (original) return original;
  throw new Refused({
    code: 'invalid_dpop_proof',
    message:
      'The gateway does not say which request the DPoP proof must be for: list the gateway under trusted_proxies, and let it send X-Forwarded-Method, -Proto, -Host and -Uri.',
  });
}
