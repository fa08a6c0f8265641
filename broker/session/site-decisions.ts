import type { Deps } from '../deps.ts';
import { OAuthError } from '../errors.ts';
import { decide } from '../policy/decide.ts';
import type { BrokerEvent } from '../revocation/publisher.ts';
import type { Report, Session } from '../store/store.ts';

/**
 * A person's decisions about a site, wherever they make them. The last decision wins. Each one is audited and sent to
 * the person's browsers. A decision that changes nothing is not an error.
 */

/**
 * Allows a site, if the policy permits it: everything that the person saw in one question, or nothing.
 *
 * @throws {OAuthError} the errors of {@link decide}; `invalid_request` if a resource is named twice
 */
export async function allowSite(
  deps: Deps,
  { sub, claims }: Pick<Session, 'sub' | 'claims'>,
  { origin, access }: { origin: string; access: Access[] },
): Promise<void> {
  const now = deps.now();
  if (new Set(access.map(({ resource }) => resource)).size < access.length)
    throw new OAuthError('invalid_request', 'a resource is named twice');
  for (const { resource, scopes } of access) {
    const answer = decide(deps.config, { origin, resource, scopes, claims, consented: scopes, now });
    // Step-up applies to the token. Consenting beforehand does no harm.
    if (!answer.allowed && answer.error !== 'insufficient_user_authentication')
      throw new OAuthError(answer.error, answer.why);
  }
  const details = access.map(({ resource, scopes }) => ({ origin, resource, scope: scopes.join(' ') }));
  const granted = report(now, sub, 'consent.granted', ...details);
  const consents = access.map(({ resource, scopes }) => ({ sub, origin, resource, scopes }));
  await deps.store.grantConsents(consents, now, granted);
}

/** Scopes of one resource. */
interface Access {
  resource: string;
  scopes: string[];
}

/**
 * Revokes a consent.
 *
 * @param resource if absent, all resources of the site
 */
export async function takeBackSite(
  deps: Pick<Deps, 'store' | 'now'>,
  sub: string,
  { origin, resource }: { origin: string; resource?: string | undefined },
): Promise<void> {
  const revoked = report(deps.now(), sub, 'consent.revoked', { origin, resource });
  await deps.store.revokeConsent({ sub, origin, resource }, revoked);
}

/**
 * "Never": revokes existing consents and stops the site from asking again.
 *
 * @throws {OAuthError} `access_denied` for sites that do not ask: unknown ones, and those that the administrator has
 *   allowed
 */
export async function refuseSite(deps: Deps, sub: string, origin: string): Promise<void> {
  const site = deps.config.origins.get(origin);
  if (!site) throw new OAuthError('access_denied', 'this origin is not in the configuration');
  if (site.consent === 'granted') {
    throw new OAuthError('access_denied', 'access was granted by the administrator; there is nothing to consent to');
  }
  const refused = report(deps.now(), sub, 'consent.refused', { origin });
  await deps.store.refuseSite({ sub, origin }, deps.now(), refused);
}

/** Reverts a "never". */
export async function letSiteAsk(deps: Pick<Deps, 'store' | 'now'>, sub: string, origin: string): Promise<void> {
  const changed = report(deps.now(), sub, 'consent.refusal_revoked', { origin });
  await deps.store.letSiteAsk({ sub, origin }, changed);
}

/** The entries, and the event for the person's browsers. */
const report = (at: number, sub: string, type: string, ...details: Record<string, unknown>[]): Report => ({
  at,
  audit: details.map((detail) => ({ type, sub, detail })),
  events: [consentEvent(sub)],
});

const consentEvent = (sub: string): BrokerEvent => ({ type: 'consent', sub });
