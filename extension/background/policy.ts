import { LatchkeyError } from '#shared/errors.ts';
import { parseScope } from '#shared/scope.ts';
import type { Consent, SessionAnswer, SitePolicy } from '#shared/session-api.ts';

/**
 * What the session's answer says about sites. It is the broker that decides; these functions answer
 * what needs no question, and draw what the person sees.
 */
export const siteOf = (session: SessionAnswer, origin: string): SitePolicy | undefined =>
  session.policy.sites.find((site) => site.origin === origin);

/** Scopes that the person has consented to for one site and resource. */
export const consentedScopes = (consents: readonly Consent[], origin: string, resource: string): Set<string> =>
  new Set(
    consents
      .filter((consent) => consent.origin === origin && consent.resource === resource)
      .flatMap(({ scope }) => parseScope(scope)),
  );

/** Whether a site has any access now: the administrator's word, or the person's. */
export const isConnected = (session: SessionAnswer, site: SitePolicy): boolean =>
  site.consent === 'granted' || session.consents.some(({ origin }) => origin === site.origin);

/** What a site asks for: scopes at one resource. */
export interface AccessAsk {
  origin: string;
  resource: string;
  scopes: readonly string[];
}

/** What of an ask the policy doesn't hold: `undefined` for the resource itself, else scopes. */
function missingFrom(session: SessionAnswer, ask: AccessAsk): string[] | undefined {
  const resource = siteOf(session, ask.origin)?.resources.find((listed) => listed.resource === ask.resource);
  return resource && ask.scopes.filter((scope) => !Object.hasOwn(resource.scopes, scope));
}

/** Whether the policy holds all that is asked for. */
export const isAllowed = (session: SessionAnswer, ask: AccessAsk): boolean => missingFrom(session, ask)?.length === 0;

/**
 * Refuses what the policy doesn't hold.
 *
 * @throws {LatchkeyError} `policy_denied`, naming what is not allowed and nothing else
 */
export function requireAllowed(session: SessionAnswer, ask: AccessAsk): void {
  const missing = missingFrom(session, ask);
  if (missing?.length === 0) return;
  const what = missing ? `${missing.join(' ')} at ${ask.resource}` : ask.resource;
  throw new LatchkeyError({ code: 'policy_denied', message: `${ask.origin} may not ask for ${what}` });
}
