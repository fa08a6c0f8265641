import { parseScope } from '@latchkey/shared/scope.ts';
import { toSeconds } from '@latchkey/shared/time.ts';
import type { DeviceClientConfig, ResourceConfig } from '../../config/types.ts';
import type { Deps } from '../../deps.ts';
import { OAuthError, unavailable } from '../../errors.ts';
import { inGroups } from '../../policy/decide.ts';
import type { DeviceSession } from '../../store/store.ts';
import { leastLifeMs, tokenLifeMs, wantedLifeMs } from '../../tokens/lifetime.ts';
import { providerReplaced } from '../../upstream/find-issuer.ts';
import { isIdentityScope, personClaims, userInfoAudience, userInfoResource } from '../identity-scopes.ts';
import { type DeviceRefreshToken, formatRefreshToken } from '../refresh-token-format.ts';

/** A device session that is currently allowed to receive a token. */
export interface TokenBasis {
  row: DeviceSession;
  client: DeviceClientConfig;
  resource: ResourceConfig;
  idpSub: string;
}

/**
 * Makes sure that the person's data is fresh enough for a token, and asks the provider if it is not. Also verifies
 * that the client, its groups and its resource are still configured.
 *
 * @throws {OAuthError} `invalid_grant` if the person has to sign in, `access_denied`, `temporarily_unavailable`
 */
export async function prepareToken(
  deps: Deps,
  client: DeviceClientConfig,
  row: DeviceSession,
  refreshToken: DeviceRefreshToken,
): Promise<TokenBasis> {
  const { config, store, refresher, now } = deps;
  const resource = row.resource === undefined ? userInfoResource(config.issuer) : config.resources.get(row.resource);
  if (!resource)
    throw new OAuthError('invalid_grant', 'the resource of this sign-in is no longer configured; sign in again');
  const idpSub = (await store.getPerson(row.sub))?.idpSub;
  if (idpSub === undefined) throw signInAgain();
  if (row.state === 'reauth_required') throw signInAgain();
  const isStale = resource.freshMs - (now() - row.refreshedAt) < wantedLifeMs(resource, 0);
  let current = row;
  if (row.state === 'recheck' || isStale) {
    const refreshed = await refresher({ kind: 'device', id: row.id, secret: refreshToken.secret, idpSub, row });
    if (refreshed.kind === 'reauth_required') throw signInAgain(refreshed.why);
    if (refreshed.kind === 'unavailable' && (row.state === 'recheck' || lifeMs(row, resource, now()) < leastLifeMs)) {
      throw unavailable(refreshed.reason, refreshed.retryAfterMs);
    }
    current = (await store.getDeviceSession(row.id)) ?? row;
    // A hint arrived after the provider was asked.
    if (current.state === 'recheck')
      throw unavailable('the identity provider must confirm this sign-in first; try again', 1_000);
  }
  if (!inGroups(client.groups, current.claims)) {
    throw new OAuthError('access_denied', 'the user is not in a group that can use this client', {
      status: 400,
    });
  }
  return { row: current, client, resource, idpSub };
}

const signInAgain = (why?: 'provider_replaced') =>
  new OAuthError(
    'invalid_grant',
    why ? providerReplaced : 'the identity provider requires a new sign-in; sign in again',
  );

const lifeMs = (row: DeviceSession, resource: ResourceConfig, now: number): number =>
  tokenLifeMs(resource, row.refreshedAt, row.absoluteExpiresAt, now);

/** The inputs of a token response besides the session. */
interface TokenRequest {
  /** Returned as `refresh_token`. */
  refreshToken: DeviceRefreshToken | undefined;
  /** The scope that the client repeats. It can narrow the grant but never widen it. */
  scope: string | undefined;
  /** From the authorization request. Refreshed ID tokens have no nonce (OpenID Connect Core §12.2). */
  nonce?: string | undefined;
}

/** Builds the token response (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3). */
export async function deviceTokens(deps: Deps, basis: TokenBasis, { refreshToken, scope, nonce }: TokenRequest) {
  const { row, client, resource, idpSub } = basis;
  const { issuer } = deps.config;
  const scopes = grantedScopes(basis, scope);
  const hasOpenid = scopes.includes('openid');
  const life = lifeMs(row, resource, deps.now());
  if (life < leastLifeMs) {
    if (row.absoluteExpiresAt - deps.now() < leastLifeMs) throw signInAgain();
    throw unavailable('the information from the identity provider is too old; try again', 1_000);
  }
  const exp = toSeconds(deps.now() + life);
  const { groups, auth_time, acr, amr } = row.claims;
  const accessToken = await deps.minter.accessToken({
    sub: row.sub,
    aud: hasOpenid && row.resource !== undefined ? [resource.resource, userInfoAudience(issuer)] : resource.resource,
    client_id: client.clientId,
    sid: row.id,
    scope: scopes.join(' '),
    groups,
    auth_time,
    acr,
    amr,
    idp: row.issuer,
    idp_sub: idpSub,
    exp,
  });
  deps.metrics.token('device');
  const idToken = hasOpenid
    ? await deps.minter.idToken({
        sub: row.sub,
        aud: client.clientId,
        nonce,
        auth_time,
        acr,
        amr,
        ...personClaims(row.claims, scopes),
        exp,
      })
    : undefined;
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: toSeconds(life),
    scope: scopes.join(' '),
    ...(idToken === undefined ? {} : { id_token: idToken }),
    ...(refreshToken === undefined ? {} : { refresh_token: formatRefreshToken(refreshToken) }),
  };
}

/** Returns the scopes that the person allowed, limited to what the client may still have and what it requests now. */
function grantedScopes({ row, client, resource }: TokenBasis, scope: string | undefined): string[] {
  const allowed = client.allow.get(resource.resource) ?? [];
  const granted = row.scopes.filter((token) => isIdentityScope(token) || allowed.includes(token));
  const wanted = parseScope(scope);
  const narrowed = granted.filter((token) => wanted.includes(token));
  return narrowed.length > 0 ? narrowed : granted;
}
