import type { JWTPayload } from 'jose';
import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { endAtProvider } from '../hooks/end-at-provider.ts';
import { hookProvider } from '../hooks/hook-provider.ts';
import { onceOf } from '../hooks/once.ts';
import { formBody } from '../middleware/body.ts';
import { isProviderId } from '../upstream/provider-values.ts';

const logoutEvent = 'http://schemas.openid.net/event/backchannel-logout';
/** A provider sends a logout token when it is issued, so an older one is a replay. */
const maxAgeS = 300;
/** Longer than a token can be valid, with all clock tolerances. */
const rememberMs = 480_000;
/** `typ` is only recommended (§2.4). What tells a logout token from an ID token is its event, and that it has no nonce. */
const types = ['logout+jwt', 'jwt', undefined];

/** `POST /hooks/:upstream/backchannel-logout` (OpenID Connect Back-Channel Logout 1.0 §2.5). */
export function backchannelLogout(deps: Deps) {
  return async (c: BrokerContext) => {
    const { config, provider } = hookProvider(deps, c.req.param('upstream'));
    const { logout_token: token } = await formBody(c);
    if (token === undefined) throw new OAuthError('invalid_request', 'logout_token is missing');
    const expected = { types, audience: config.clientId, maxAgeS };
    const claims = readClaims(await provider.verify(token, expected).catch(refuse));
    const once = onceOf(deps, `logout:${config.name}:${claims.jti}`, rememberMs);
    if (await once.isDone()) throw new OAuthError('invalid_request', 'logout_token was already used');
    const target = { issuer: await provider.issuer(), ...claims.of };
    await endAtProvider(deps, { target, iat: claims.iat * 1_000, reason: 'backchannel_logout', upstream: config.name });
    await once.done();
    return c.body(null, 200);
  };
}

interface Claims {
  iat: number;
  jti: string;
  of: { sid: string; idpSub: string | undefined } | { idpSub: string };
}

/** Checks §2.6, beyond the checks of every JWT. A `sid` identifies one session and takes precedence over the person. */
function readClaims({ iat, jti, sid, sub, events, ...rest }: JWTPayload & { iat: number }): Claims {
  const event = isObject(events) ? events[logoutEvent] : undefined;
  if (!isObject(event)) throw new OAuthError('invalid_request', 'logout_token has no back-channel logout event');
  if ('nonce' in rest) throw new OAuthError('invalid_request', 'logout_token must not have a nonce');
  if (typeof jti !== 'string' || jti === '') throw new OAuthError('invalid_request', 'logout_token has no usable jti');
  if (isProviderId(sid)) return { iat, jti, of: { sid, idpSub: isProviderId(sub) ? sub : undefined } };
  if (isProviderId(sub)) return { iat, jti, of: { idpSub: sub } };
  throw new OAuthError('invalid_request', 'logout_token has neither a sid nor a sub');
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const refuse = (cause: unknown): never => {
  if (cause instanceof OAuthError) throw cause;
  throw new OAuthError('invalid_request', 'logout_token is not valid for this provider and client', {
    cause,
    failed: { kind: 'hook_authentication' },
  });
};
