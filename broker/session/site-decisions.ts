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
 * Allows a site, if the policy permits it.
 *
 * @throws {OAuthError} the errors of {@link decide}
 */
export async function allowSite(
  deps: Deps,
  { sub, claims }: Pick<Session, 'sub' | 'claims'>,
  { origin, resource, scopes }: { origin: string; resource: string; scopes: string[] },
): Promise<void> {
  const answer = decide(deps.config, { origin, resource, scopes, claims, consented: scopes, now: deps.now() });
  // Step-up applies to the token. Consenting beforehand does no harm.
  if (!answer.allowed && answer.error !== 'insufficient_user_authentication')
    throw new OAuthError(answer.error, answer.why);
  const granted = report(deps.now(), sub, 'consent.granted', { origin, resource, scope: scopes.join(' ') });
  await deps.store.grantConsent({ sub, origin, resource, scopes }, deps.now(), granted);
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

/** The entry, and the event for the person's browsers. */
const report = (at: number, sub: string, type: string, detail: Record<string, unknown>): Report => ({
  at,
  audit: [{ type, sub, detail }],
  events: [consentEvent(sub)],
});

const consentEvent = (sub: string): BrokerEvent => ({ type: 'consent', sub });
