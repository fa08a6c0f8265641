import type { Deps } from '../deps.ts';
import { OAuthError } from '../errors.ts';
import { decide } from '../policy/decide.ts';
import type { AuditEntry, Session } from '../store/store.ts';

/**
 * A person's decisions about a site, wherever they make them. The last decision wins. Each one is sent to
 * the person's browsers, and audited if it changes anything. A decision that changes nothing is not an error.
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
  await deps.store.grantConsent({ sub, origin, resource, scopes }, deps.now());
  await record(deps, sub, { type: 'consent.granted', detail: { origin, resource, scope: scopes.join(' ') } });
}

/**
 * Revokes a consent.
 *
 * @param resource if absent, all resources of the site
 */
export async function takeBackSite(
  deps: Pick<Deps, 'store' | 'feed' | 'now'>,
  sub: string,
  { origin, resource }: { origin: string; resource?: string | undefined },
): Promise<void> {
  const taken = await deps.store.revokeConsent({ sub, origin, resource });
  await record(deps, sub, taken > 0 ? { type: 'consent.revoked', detail: { origin, resource } } : undefined);
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
  const isNews = await deps.store.refuseSite({ sub, origin }, deps.now());
  await record(deps, sub, isNews ? { type: 'consent.refused', detail: { origin } } : undefined);
}

/** Reverts a "never". */
export async function letSiteAsk(
  deps: Pick<Deps, 'store' | 'feed' | 'now'>,
  sub: string,
  origin: string,
): Promise<void> {
  const isNews = await deps.store.letSiteAsk({ sub, origin });
  await record(deps, sub, isNews ? { type: 'consent.refusal_revoked', detail: { origin } } : undefined);
}

/**
 * Tells the person's browsers, also of a decision that changes nothing: it may repeat one whose event could not be
 * published.
 */
async function record(
  { store, feed, now }: Pick<Deps, 'store' | 'feed' | 'now'>,
  sub: string,
  change: Omit<AuditEntry, 'sub'> | undefined,
) {
  await feed.publish({ type: 'consent', sub });
  if (change) await store.appendAudit({ ...change, sub }, now());
}
