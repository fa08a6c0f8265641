import { parseScope } from '@latchkey/shared/scope.ts';
import type { SessionAnswer } from '@latchkey/shared/session-api.ts';
import { consentedScopes, isAllowed } from './site-policy.ts';

/**
 * Whether a session allows less than before, which invalidates what pages cached. More access invalidates nothing.
 */
export function lostAccess(before: SessionAnswer, after: SessionAnswer): boolean {
  if (before.session.state !== after.session.state && after.session.state !== 'active') return true;
  if (before.account.sub !== after.account.sub) return true;
  const allowed = before.policy.sites.every(({ origin, consent, resources }) => {
    const site = after.policy.sites.find((other) => other.origin === origin);
    if (consent === 'granted' && site?.consent !== 'granted') return false;
    return resources.every(({ resource, scopes }) =>
      isAllowed(after, { origin, resource, scopes: Object.keys(scopes) }),
    );
  });
  const consented = before.consents.every(({ origin, resource, scope }) => {
    const still = consentedScopes(after.consents, origin, resource);
    return parseScope(scope).every((one) => still.has(one));
  });
  return !allowed || !consented;
}

/** Whether anything changed that pages can see. They must not learn when a site was last used. */
export const changedAccess = (before: SessionAnswer, after: SessionAnswer): boolean =>
  JSON.stringify(accessIn(before)) !== JSON.stringify(accessIn(after));

const accessIn = ({ sites, ...answer }: SessionAnswer) => ({
  ...answer,
  refused: sites.filter((site) => site.refused_at !== undefined).map(({ origin }) => origin),
});
