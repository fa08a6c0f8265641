import type { Deps } from '../deps.ts';
import { OAuthError } from '../errors.ts';
import { decide } from '../policy/decide.ts';
import type { Session } from '../store/store.ts';

/**
 * What a person decides about a site, from wherever they decide it. The last decision counts; each is in the audit,
 * and their browsers hear of it. One that changes nothing is no error.
 */

/** Only what the policy allows can be allowed. @throws {OAuthError} as {@link decide} says */
export async function allowSite(
  deps: Deps,
  { sub, claims }: Pick<Session, 'sub' | 'claims'>,
  { origin, resource, scopes }: { origin: string; resource: string; scopes: string[] },
): Promise<void> {
  const answer = decide(deps.config, { origin, resource, scopes, claims, consented: scopes, now: deps.now() });
  // Stepping up is for the token; agreeing beforehand does no harm.
  if (!answer.allowed && answer.error !== 'insufficient_user_authentication')
    throw new OAuthError(answer.error, answer.why);
  await deps.store.grantConsent({ sub, origin, resource, scopes }, deps.now());
  await record(deps, sub, 'consent.granted', { origin, resource, scope: scopes.join(' ') });
}

/** @param resource absent: all of the site's */
export async function takeBackSite(
  deps: Pick<Deps, 'store' | 'feed' | 'now'>,
  sub: string,
  { origin, resource }: { origin: string; resource?: string | undefined },
): Promise<void> {
  const taken = await deps.store.revokeConsent({ sub, origin, resource });
  if (taken > 0) await record(deps, sub, 'consent.revoked', { origin, resource });
}

/**
 * "Never": takes back what there is, and the site may not ask again.
 *
 * @throws {OAuthError} `access_denied` for sites that don't ask: unknown ones, and the administrator's
 */
export async function refuseSite(deps: Deps, sub: string, origin: string): Promise<void> {
  const site = deps.config.origins.get(origin);
  if (!site) throw new OAuthError('access_denied', 'this origin is not in the configuration');
  if (site.consent === 'granted') {
    throw new OAuthError('access_denied', 'access was granted by the administrator; there is nothing to consent to');
  }
  if (await deps.store.refuseSite({ sub, origin }, deps.now())) await record(deps, sub, 'consent.refused', { origin });
}

/** Takes a "never" back. */
export async function letSiteAsk(
  deps: Pick<Deps, 'store' | 'feed' | 'now'>,
  sub: string,
  origin: string,
): Promise<void> {
  if (await deps.store.letSiteAsk({ sub, origin })) await record(deps, sub, 'consent.refusal_revoked', { origin });
}

async function record(
  { store, feed, now }: Pick<Deps, 'store' | 'feed' | 'now'>,
  sub: string,
  type: string,
  detail: Record<string, unknown>,
) {
  await store.appendAudit({ type, sub, detail }, now());
  await feed.publish({ type: 'consent', sub });
}
