import { isFor } from '@latchkey/shared/resource-server/audience.ts';
import { accepts } from 'hono/accepts';
import type { ServiceConfig } from '../config/types.ts';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { formBody } from '../middleware/body.ts';
import { callerOf } from '../middleware/rate-limit.ts';
import { authenticateService } from '../oauth/client-authentication/authenticate-service.ts';
import { isLive } from '../tokens/token-not-ended.ts';
import { type AccessClaims, TokenError } from '../tokens/token-verifier.ts';

const jwtType = 'application/token-introspection+jwt';

/**
 * `POST /introspect` (RFC 7662), with a signed JWT response on request (RFC 9701). A service may introspect tokens of
 * the resources listed in its `introspect`. For tokens of other resources and for invalid tokens, the response is
 * `active: false`.
 */
export function introspect(deps: Deps) {
  return async (c: BrokerContext) => {
    const form = await formBody(c);
    const service = await authenticateService(deps, {
      authorization: c.req.header('authorization'),
      form,
      path: c.req.path,
      network: callerOf(c, deps.config),
    });
    if (form.token === undefined) throw new OAuthError('invalid_request', 'The token parameter is missing.');
    const claims = await activeToken(deps, service, form.token);
    const answer = claims ? { active: true, token_type: claims.cnf ? 'DPoP' : 'Bearer', ...claims } : { active: false };
    c.header('Vary', 'Accept');
    const type = accepts(c, {
      header: 'Accept',
      supports: ['application/json', jwtType],
      default: 'application/json',
    });
    if (type !== jwtType) return c.json(answer);
    const jwt = await deps.minter.introspection({ aud: service.clientId, token_introspection: answer });
    return c.body(jwt, 200, { 'Content-Type': jwtType });
  };
}

async function activeToken(
  deps: Pick<Deps, 'config' | 'store' | 'verifyToken' | 'now'>,
  { introspect }: ServiceConfig,
  token: string,
): Promise<AccessClaims | undefined> {
  try {
    const claims = await deps.verifyToken(token);
    return isFor(claims.aud, introspect) && (await isLive(deps, claims)) ? claims : undefined;
  } catch (error) {
    if (error instanceof TokenError) return undefined;
    throw error;
  }
}
