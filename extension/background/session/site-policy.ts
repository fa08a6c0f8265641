import { LatchkeyError } from '@latchkey/shared/errors.ts';
import { parseScope } from '@latchkey/shared/scope.ts';
import type { Consent, SessionAnswer, SitePolicy } from '@latchkey/shared/session-api.ts';

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

/** Whether the person chose "never" for a site. Where the administrator has consented that says nothing. */
export const isRefused = (session: SessionAnswer, origin: string): boolean =>
  siteOf(session, origin)?.consent !== 'granted' &&
  session.sites.some((site) => site.origin === origin && site.refused_at !== undefined);

/** What a page hears of a "never". Nothing that it can do helps, so there is no `interaction`. */
export const refusal = (): LatchkeyError =>
  new LatchkeyError({
    code: 'user_denied',
    message: 'the user blocked this site; they can unblock it from the toolbar icon',
  });

/** What a page hears whose request was on its way when the person took its access back. */
export const takenBack = (): LatchkeyError =>
  new LatchkeyError({ code: 'user_denied', message: "the person has taken this site's access back" });

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

/** Whether person or administrator have consented to all that is asked for. */
export function isConsented(session: SessionAnswer, { origin, resource, scopes }: AccessAsk): boolean {
  if (siteOf(session, origin)?.consent === 'granted') return true;
  const consented = consentedScopes(session.consents, origin, resource);
  return scopes.every((scope) => consented.has(scope));
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
