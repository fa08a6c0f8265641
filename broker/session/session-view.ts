import type { Decisions, SessionAnswer, SitePolicy } from '@latchkey/shared/session-api.ts';
import { toSeconds } from '@latchkey/shared/time.ts';
import { dataUrl } from '../config/image-url.ts';
import type { Config, OriginConfig } from '../config/types.ts';
import type { Deps } from '../deps.ts';
import { inGroups } from '../policy/decide.ts';
import type { Consent, GrantClaims, Session, Site } from '../store/store.ts';
import { loginHintOf } from '../upstream/login-hint.ts';
import { maybeNamed, maySignInDevices } from './device-question.ts';

/**
 * Returns what the extension learns about a session: the account, its expiry, the sites that may ask, and the
 * consents.
 */
export async function sessionView(deps: Pick<Deps, 'config' | 'store'>, row: Session): Promise<SessionAnswer> {
  return {
    account: {
      sub: row.sub,
      name: row.claims.name,
      email: row.claims.email,
      upstream: row.upstream,
      login_hint: loginHintOf(deps.config.upstreams.get(row.upstream), row.claims)?.slice(0, 320),
    },
    session: {
      state: row.state === 'ended' ? 'reauth_required' : row.state,
      created_at: toSeconds(row.createdAt),
      expires_at: toSeconds(row.absoluteExpiresAt),
    },
    policy: { sites: sitesFor(deps.config, row.claims) },
    features: featuresFor(deps.config, row.claims),
    ...(await decisionsView(deps, row)),
  };
}

const featuresFor = (config: Config, claims: GrantClaims): string[] => [
  'activity',
  ...(maySignInDevices(config, claims) ? ['devices'] : []),
  ...(maybeNamed(config, claims) ? ['device_requests'] : []),
];

/** Returns the person's decisions about sites and when each site was last used. */
export async function decisionsView({ store }: Pick<Deps, 'store'>, { sub }: Pick<Session, 'sub'>): Promise<Decisions> {
  const [consents, sites] = [await store.listConsents(sub), await store.listSites(sub)];
  return {
    consents: consents.map(consentView),
    sites: sites.filter(({ refusedAt, lastUsedAt }) => refusedAt ?? lastUsedAt).map(siteRecordView),
  };
}

const siteRecordView = ({ origin, refusedAt, lastUsedAt }: Site) => ({
  origin,
  ...(refusedAt === undefined ? {} : { refused_at: toSeconds(refusedAt) }),
  ...(lastUsedAt === undefined ? {} : { last_used_at: toSeconds(lastUsedAt) }),
});

const consentView = ({ origin, resource, scopes, grantedAt }: Consent) => ({
  origin,
  resource,
  scope: scopes.join(' '),
  granted_at: toSeconds(grantedAt),
});

/** Returns only the sites that this person may use. */
const sitesFor = (config: Config, claims: GrantClaims): SitePolicy[] =>
  [...config.origins.values()].filter(({ groups }) => inGroups(groups, claims)).map((site) => siteView(config, site));

function siteView(
  { resources }: Config,
  { origin, name, icon, consent, attachTokens, allow }: OriginConfig,
): SitePolicy {
  return {
    origin,
    name,
    icon: icon && dataUrl(icon),
    consent,
    ...(attachTokens ? { attach_tokens: true } : {}),
    resources: [...allow].flatMap(([id, scopes]) => {
      const resource = resources.get(id);
      if (!resource) return [];
      const words = scopes.map((scope) => [scope, resource.scopes[scope] ?? scope]);
      const inWords = Object.fromEntries(words) as Record<string, string>;
      const { dpop, urls } = resource;
      return [{ resource: id, name: resource.name, scopes: inWords, dpop, urls: [...urls] }];
    }),
  };
}
