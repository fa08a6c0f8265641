import { parseScope } from '@latchkey/shared/scope.ts';
import type { TokenAnswer } from '@latchkey/shared/session-api.ts';
import type { TokenRequest } from '@latchkey/shared/session-requests.ts';
import { toSeconds } from '@latchkey/shared/time.ts';
import { extensionClientId } from '../config/extension-client-id.ts';
import type { ResourceConfig } from '../config/types.ts';
import type { Deps } from '../deps.ts';
import { OAuthError, unavailable } from '../errors.ts';
import { errorSummary } from '../log.ts';
import { decide, type PolicyAnswer, stepUpOf } from '../policy/decide.ts';
import type { Person, Session, Site } from '../store/store.ts';
import { leastLifeMs, tokenLifeMs, wantedLifeMs } from '../tokens/lifetime.ts';
import { tokenGroups } from '../tokens/token-groups.ts';
import { providerReplaced } from '../upstream/find-issuer.ts';
import type { AuthenticatedSession } from './authenticate-session.ts';
import { noSession } from './no-session.ts';

const attempts = 2;

/** A site's last use is recorded at most this often, so that it does not cause a write per token. */
const touchEveryMs = 300_000;

/**
 * Mints a token for a page, after an upstream refresh if the person's data is too old.
 *
 * Session state, policy and consent are read in one statement and decided together. After a refresh they are read and
 * decided again.
 *
 * @param from the caller's address, for the person's list of sites
 * @throws {OAuthError} the errors of {@link decide}; `login_required`; `temporarily_unavailable`
 */
export async function grantToken(
  deps: Deps,
  { row, secret }: AuthenticatedSession,
  request: TokenRequest,
  from: string | undefined,
): Promise<TokenAnswer> {
  const minTtlMs = (request.min_ttl ?? 0) * 1_000;
  let authority = await authorize(deps, row.id, request);
  let needsRefresh = isStale(deps, authority, minTtlMs);
  for (let attempt = 0; needsRefresh && attempt < attempts; attempt += 1) {
    const { session, person } = authority;
    const refreshed = await deps.refresher({
      kind: 'session',
      id: row.id,
      secret: secret.secret,
      idpSub: person.idpSub,
      row: session,
    });
    if (refreshed.kind === 'reauth_required') throw reauthRequired(refreshed.why);
    if (refreshed.kind === 'fresh') {
      authority = await authorize(deps, row.id, request);
      // Another hint may have arrived, and the result may have aged before it was stored because the store was
      // unavailable.
      const isOld = lifeOf(deps, authority) < leastLifeMs && !isOver(deps, authority);
      needsRefresh = isOld || authority.session.state === 'recheck';
      continue;
    }
    needsRefresh = false;
    // The provider may have taken a while to fail.
    authority = { ...authority, keysStamp: undefined };
    // An unavailable provider revokes nothing: the known data stays valid until it reaches the age of `fresh`.
    if (lifeOf(deps, authority) < Math.max(minTtlMs, leastLifeMs) || session.state === 'recheck') {
      throw unavailable(refreshed.reason, refreshed.retryAfterMs);
    }
  }
  const token = await mint(deps, authority, request);
  await noteUse(deps, authority.site, from);
  return token;
}

/** A failure to record the use must not deny the token. */
async function noteUse(
  { store, log, now }: Pick<Deps, 'store' | 'log' | 'now'>,
  site: Site,
  from: string | undefined,
): Promise<void> {
  if (now() - (site.lastUsedAt ?? 0) < touchEveryMs) return;
  try {
    await store.touchSite(site, { at: now(), from });
  } catch (error) {
    log.warn({ event: 'site_use_not_noted', cause: errorSummary(error) });
  }
}

interface Authority {
  session: Session;
  person: Person;
  site: Site;
  resource: ResourceConfig;
  /** Of the signing keys, if they were read just now. */
  keysStamp: string | undefined;
}

async function authorize(
  { config, store, now }: Pick<Deps, 'config' | 'store' | 'now'>,
  id: string,
  { origin, resource, scope, ...wanted }: TokenRequest,
): Promise<Authority> {
  const found = await store.getAuthority(id, origin, resource);
  if (!found || found.session.state === 'ended') throw noSession(found?.session);
  if (found.session.state === 'reauth_required') throw reauthRequired();
  const { session, person, consent, site, signingKeys } = found;
  const answer = decide(config, {
    origin,
    resource,
    scopes: parseScope(scope),
    claims: session.claims,
    consented: consent?.scopes,
    refused: site.refusedAt !== undefined,
    now: now(),
  });
  if (!answer.allowed) throw refusal(answer);
  const stepUp = stepUpOf(wantedSignIn(wanted), session.claims, now());
  if (stepUp) throw refusal(stepUp);
  return { session, person, site, resource: answer.resource, keysStamp: signingKeys };
}

const lifeOf = ({ now }: Pick<Deps, 'now'>, { session, resource }: Authority): number =>
  tokenLifeMs(resource, session.refreshedAt, session.absoluteExpiresAt, now());

/** Whether the session's remaining lifetime is too short for another token. */
const isOver = ({ now }: Pick<Deps, 'now'>, { session }: Authority): boolean =>
  session.absoluteExpiresAt - now() < leastLifeMs;

function isStale({ now }: Pick<Deps, 'now'>, authority: Authority, minTtlMs: number): boolean {
  const { session, resource } = authority;
  if (session.state === 'recheck') return true;
  return resource.freshMs - (now() - session.refreshedAt) < wantedLifeMs(resource, minTtlMs);
}

async function mint(
  deps: Pick<Deps, 'minter' | 'metrics' | 'now'>,
  authority: Authority,
  { origin, resource, scope, jkt }: TokenRequest,
): Promise<TokenAnswer> {
  const { session, person } = authority;
  if (authority.resource.dpop === 'required' && jkt === undefined) {
    throw new OAuthError('invalid_request', 'this resource requires DPoP-bound tokens; send the key thumbprint as jkt');
  }
  if (session.state === 'recheck')
    throw unavailable('the identity provider must confirm this sign-in first; try again', 1_000);
  const lifeMs = lifeOf(deps, authority);
  if (lifeMs < leastLifeMs) {
    if (isOver(deps, authority)) throw reauthRequired();
    throw unavailable('the information from the identity provider is too old; try again', 1_000);
  }
  const granted = parseScope(scope).join(' ');
  const { auth_time, acr, amr } = session.claims;
  const bound = authority.resource.dpop === 'off' ? undefined : jkt;
  const accessToken = await deps.minter.accessToken(
    {
      sub: session.sub,
      aud: resource,
      client_id: extensionClientId,
      azp: origin,
      sid: session.id,
      scope: granted,
      ...tokenGroups(authority.resource.groups, session.claims.groups),
      auth_time,
      acr,
      amr,
      idp: person.issuer,
      idp_sub: person.idpSub,
      exp: toSeconds(deps.now() + lifeMs),
      cnf: bound === undefined ? undefined : { jkt: bound },
    },
    authority.resource.tokenAlg,
    authority.keysStamp,
  );
  deps.metrics.token('session');
  return {
    access_token: accessToken,
    token_type: bound === undefined ? 'Bearer' : 'DPoP',
    expires_in: toSeconds(lifeMs),
    scope: granted,
    resource,
  };
}

/** A person who has just signed in takes some seconds to return. A shorter `max_age` does not send them back. */
const leastMaxAgeS = 10;

const wantedSignIn = ({ acr_values, max_age }: Pick<TokenRequest, 'acr_values' | 'max_age'>) => ({
  acrValues: acr_values?.split(' ').filter(Boolean) ?? [],
  maxAgeMs: max_age === undefined ? undefined : Math.max(max_age, leastMaxAgeS) * 1_000,
});

const reauthRequired = (why?: 'provider_replaced') =>
  new OAuthError('login_required', why ? providerReplaced : 'the identity provider requires a new sign-in');

function refusal(answer: Exclude<PolicyAnswer, { allowed: true }>): OAuthError {
  switch (answer.error) {
    case 'consent_required':
      return new OAuthError(answer.error, answer.why, { members: { scope: answer.missing.join(' ') } });
    case 'insufficient_user_authentication':
      return new OAuthError(answer.error, answer.why, {
        members: {
          ...(answer.acrValues.length > 0 ? { acr_values: answer.acrValues.join(' ') } : {}),
          ...(answer.maxAge === undefined ? {} : { max_age: answer.maxAge }),
        },
      });
    default:
      return new OAuthError(answer.error, answer.why);
  }
}
