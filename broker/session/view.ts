import type { SessionAnswer, SitePolicy } from '#shared/session-api.ts';
import { toSeconds } from '#shared/time.ts';
import type { Config, OriginConfig } from '../config/types.ts';
import type { Deps } from '../deps.ts';
import { inGroups } from '../policy/decide.ts';
import type { Consent, GrantClaims, Session } from '../store/store.ts';

/** What the extension is told of a session: who, until when, which sites may ask, what was agreed to. */
export async function sessionView({ config, store }: Deps, row: Session): Promise<SessionAnswer> {
  const consents = await store.listConsents(row.sub);
  return {
    account: { sub: row.sub, name: row.claims.name, email: row.claims.email, upstream: row.upstream },
    session: {
      state: row.state === 'ended' ? 'reauth_required' : row.state,
      created_at: toSeconds(row.createdAt),
      expires_at: toSeconds(row.absoluteExpiresAt),
    },
    policy: { sites: sitesFor(config, row.claims) },
    consents: consents.map(consentView),
  };
}

export const consentView = ({ origin, resource, scopes, grantedAt }: Consent) => ({
  origin,
  resource,
  scope: scopes.join(' '),
  granted_at: toSeconds(grantedAt),
});

/** Only the sites that this person may use. */
const sitesFor = (config: Config, claims: GrantClaims): SitePolicy[] =>
  [...config.origins.values()].filter(({ groups }) => inGroups(groups, claims)).map((site) => siteView(config, site));

function siteView({ resources }: Config, { origin, name, consent, allow }: OriginConfig): SitePolicy {
  return {
    origin,
    name,
    consent,
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
