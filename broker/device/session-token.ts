import { parseScope } from '#shared/scope.ts';
import { toSeconds } from '#shared/time.ts';
import type { DeviceClientConfig, ResourceConfig } from '../config/types.ts';
import type { Deps } from '../deps.ts';
import { OAuthError, unavailable } from '../errors.ts';
import { inGroups } from '../policy/decide.ts';
import type { DeviceSession } from '../store/store.ts';
import { leastLifeMs, tokenLifeMs, wantedLifeMs } from '../tokens/life.ts';
import { formatHandle, type Handle } from './handle.ts';

/** A device's session that may have a token now. */
export interface TokenBasis {
  row: DeviceSession;
  client: DeviceClientConfig;
  resource: ResourceConfig;
  idpSub: string;
}

/**
 * Makes sure that what is known of the person is fresh enough for a token, asking the provider where it is
 * not, and that the client, its groups and its resource still stand.
 *
 * @throws {OAuthError} `invalid_grant` where a person is needed, `access_denied`, `temporarily_unavailable`
 */
export async function prepareToken(
  deps: Deps,
  client: DeviceClientConfig,
  row: DeviceSession,
  handle: Handle,
): Promise<TokenBasis> {
  const { config, store, refresher, now } = deps;
  const resource = config.resources.get(row.resource ?? '');
  if (!resource)
    throw new OAuthError('invalid_grant', 'the resource of this device is no longer configured: sign in again');
  const idpSub = (await store.getPerson(row.sub))?.idpSub;
  if (idpSub === undefined) throw signInAgain();
  if (row.state === 'reauth_required') throw signInAgain();
  const isStale = resource.freshMs - (now() - row.refreshedAt) < wantedLifeMs(resource, 0);
  let current = row;
  if (row.state === 'recheck' || isStale) {
    const refreshed = await refresher({ kind: 'device', id: row.id, secret: handle.secret, idpSub, row });
    if (refreshed.kind === 'reauth_required') throw signInAgain();
    if (refreshed.kind === 'unavailable' && (row.state === 'recheck' || lifeMs(row, resource, now()) < leastLifeMs)) {
      throw unavailable('the identity provider does not answer: try again', refreshed.retryAfterMs);
    }
    current = (await store.getDeviceSession(row.id)) ?? row;
  }
  if (!inGroups(client.groups, current.claims)) {
    throw new OAuthError('access_denied', 'the person is in none of the groups that may use this device', {
      status: 400,
    });
  }
  return { row: current, client, resource, idpSub };
}

const signInAgain = () =>
  new OAuthError('invalid_grant', 'the identity provider asks for a new sign-in: start the device login again');

const lifeMs = (row: DeviceSession, resource: ResourceConfig, now: number): number =>
  tokenLifeMs(resource, row.refreshedAt, row.absoluteExpiresAt, now);

/** The token endpoint's answer (RFC 6749 §5.1). */
export async function deviceTokens(
  deps: Deps,
  { row, client, resource, idpSub }: TokenBasis,
  handle: Handle | undefined,
  scope: string | undefined,
) {
  const wanted = parseScope(scope);
  const allowed = (client.allow.get(resource.resource) ?? []).filter((token) => row.scopes.includes(token));
  const narrowed = allowed.filter((token) => wanted.includes(token));
  const granted = (narrowed.length > 0 ? narrowed : allowed).join(' ');
  const life = lifeMs(row, resource, deps.now());
  if (life < leastLifeMs) throw signInAgain();
  const { groups, auth_time, acr, amr } = row.claims;
  const accessToken = await deps.minter.accessToken({
    sub: row.sub,
    aud: resource.resource,
    client_id: client.clientId,
    sid: row.id,
    scope: granted,
    groups,
    auth_time,
    acr,
    amr,
    idp: row.issuer,
    idp_sub: idpSub,
    exp: toSeconds(deps.now() + life),
  });
  return {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: toSeconds(life),
    scope: granted,
    ...(handle === undefined ? {} : { refresh_token: formatHandle(handle) }),
  };
}
