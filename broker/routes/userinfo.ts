import { parseScope } from '@latchkey/shared/scope.ts';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { challenge, invitation } from '../gateway/challenge.ts';
import { readPresented } from '../gateway/presented.ts';
import { personClaims, userInfoAudience } from '../oauth/identity-scopes.ts';
import { TokenError } from '../tokens/token-verifier.ts';

/**
 * `GET` and `POST /userinfo` (OpenID Connect Core §5.3): what the token's scopes open about the person, as the
 * provider last said it. The token comes in the `Authorization` header; refusals are those of RFC 6750 §3.1.
 */
export function userInfo(deps: Deps) {
  return async (c: BrokerContext) => {
    const presented = readPresented(c.req.header('authorization'));
    if (presented?.scheme !== 'Bearer') {
      throw new OAuthError('missing_token', 'send an access token: Authorization: Bearer …', {
        headers: { 'WWW-Authenticate': invitation('off') },
      });
    }
    try {
      return c.json(await claimsOf(deps, presented.token));
    } catch (error) {
      if (error instanceof TokenError) throw refused('invalid_token', error.message, { cause: error });
      throw error;
    }
  };
}

async function claimsOf({ config, store, verifyToken }: Deps, token: string) {
  const { sub, sid, aud, scope, cnf } = await verifyToken(token);
  const scopes = parseScope(scope);
  if (cnf !== undefined) throw new TokenError('the token is bound to a key: it is for another API');
  if (!scopes.includes('openid') || ![aud].flat().includes(userInfoAudience(config.issuer))) {
    throw refused('insufficient_scope', 'the token lacks openid: ask for one with this scope', {
      params: { scope: 'openid' },
    });
  }
  const session = sid === undefined ? undefined : await store.getDeviceSession(sid);
  if (!session || session.state === 'ended') {
    throw new TokenError('the session of this token has ended: sign in again');
  }
  return { sub, ...personClaims(session.claims, scopes) };
}

function refused(
  code: 'invalid_token' | 'insufficient_scope',
  why: string,
  { params = {}, cause }: { params?: Record<string, string>; cause?: unknown } = {},
): OAuthError {
  return new OAuthError(code, why, {
    headers: { 'WWW-Authenticate': challenge('Bearer', { code, why, params }) },
    cause,
  });
}
