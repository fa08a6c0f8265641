import type { JWTPayload } from 'jose';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { endAtProvider } from '../hooks/end-at-provider.ts';
import { hookProvider } from '../hooks/hook-provider.ts';
import { onceOf } from '../hooks/once.ts';
import { formBody } from '../middleware/body.ts';

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';
/** A provider sends a logout token when it is issued, so an older one is a replay. */
const maxAgeS = 300;

/** `POST /hooks/:upstream/backchannel-logout` (OpenID Connect Back-Channel Logout 1.0 §2.5). */
export function backchannelLogout(deps: Deps) {
  return async (c: BrokerContext) => {
    const { config, provider } = hookProvider(deps, c.req.param('upstream'));
    const { logout_token: token } = await formBody(c);
    if (token === undefined) throw new OAuthError('invalid_request', 'logout_token is missing');
    const expected = { typ: 'logout+jwt', audience: config.clientId, maxAgeS };
    const claims = readClaims(await provider.verify(token, expected).catch(refuse));
    const once = onceOf(deps, `logout:${config.name}:${claims.jti}`, (maxAgeS + 120) * 1_000);
    if (await once.isDone()) throw new OAuthError('invalid_request', 'logout_token was already used');
    const issuer = await provider.issuer();
    const target = claims.sid === undefined ? { issuer, idpSub: claims.sub } : { issuer, sid: claims.sid };
    await endAtProvider(deps, { target, iat: claims.iat * 1_000, reason: 'backchannel_logout', upstream: config.name });
    await once.done();
    return c.body(null, 200);
  };
}

type Claims = { iat: number; jti: string } & ({ sid: string } | { sid: undefined; sub: string });

/** Checks §2.6, beyond the checks of every JWT. A `sid` identifies one session and takes precedence over the person. */
function readClaims({ iat, jti, sid, sub, events, ...rest }: JWTPayload): Claims {
  const event = isObject(events) ? events[logoutEvent] : undefined;
  if (!isObject(event)) throw new OAuthError('invalid_request', 'logout_token has no back-channel logout event');
  if ('nonce' in rest) throw new OAuthError('invalid_request', 'logout_token must not have a nonce');
  if (iat === undefined || !isName(jti))
    throw new OAuthError('invalid_request', 'logout_token has no iat or no usable jti');
  if (isName(sid)) return { iat, jti, sid };
  if (isName(sub) && sid === undefined) return { iat, jti, sid: undefined, sub };
  throw new OAuthError('invalid_request', 'logout_token has neither a sid nor a sub');
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isName = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= 512;

const refuse = (cause: unknown): never => {
  if (cause instanceof OAuthError) throw cause;
  throw new OAuthError('invalid_request', 'logout_token is not valid for this provider and client', {
    cause,
  });
};
