import { isFor } from '@latchkey/shared/resource-server/audience.ts';
import { authorize } from '@latchkey/shared/resource-server/authorize.ts';
import { Refused } from '@latchkey/shared/resource-server/refused.ts';
import { requireScopes } from '@latchkey/shared/resource-server/requirements.ts';
import { parseScope } from '@latchkey/shared/scope.ts';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { personClaims, userInfoAudience } from '../oauth/identity-scopes.ts';
import { resourceProofs } from '../tokens/resource-proofs.ts';
import { TokenError } from '../tokens/token-verifier.ts';
import { refusedAnswer } from './refused-answer.ts';

/**
 * `GET` and `POST /userinfo` (OpenID Connect Core §5.3) return the claims that the token's scopes grant, as the
 * provider last reported them. The token comes in the `Authorization` header, with a proof if it is bound
 * (RFC 9449 §7). Errors follow RFC 6750 §3.1.
 */
export function userInfo(deps: Deps) {
  return async (c: BrokerContext) => {
    try {
      return c.json(await personOf(deps, c));
    } catch (error) {
      if (error instanceof Refused) throw refusedAnswer(error, { dpop: 'optional', nonces: deps.nonces });
      throw error;
    }
  };
}

async function personOf(deps: Deps, c: BrokerContext) {
  const { config, store, verifyToken, now } = deps;
  const audience = userInfoAudience(config.issuer);
  const required = ['openid'];
  const claims = await authorize(
    {
      authorization: c.req.header('authorization'),
      dpop: c.req.header('dpop'),
      target: () => ({ method: c.req.method, url: audience }),
    },
    { scopes: required },
    {
      audience,
      dpop: 'optional',
      proofs: resourceProofs(deps, (failed) => c.set('failed', failed)),
      async verifyToken(token) {
        const claims = await verifyToken(token);
        // A token for another audience lacks the scope that adds this audience, so the challenge names that scope.
        if (!isFor(claims.aud, audience)) requireScopes({ scope: undefined }, required);
        return claims;
      },
      now,
    },
  );
  const session = claims.sid === undefined ? undefined : await store.getDeviceSession(claims.sid);
  if (!session || session.state === 'ended') {
    throw new TokenError('The session of this token has ended: sign in again.');
  }
  return { sub: claims.sub, ...personClaims(session.claims, parseScope(claims.scope)) };
}
