import { LatchkeyError } from '@latchkey/shared/errors.ts';
import { parseScope } from '@latchkey/shared/scope.ts';
import type { Consent, SessionAnswer, SitePolicy } from '@latchkey/shared/session-api.ts';
import { policyDenied } from '../errors.ts';

/**
 * What the session's state says about sites. The broker decides. These functions cover what needs no request, and what
 * the extension displays.
 */
export const siteOf = (session: SessionAnswer, origin: string): SitePolicy | undefined =>
  session.policy.sites.find((site) => site.origin === origin);

/** Scopes that the user has consented to for one site and resource. */
export const consentedScopes = (consents: readonly Consent[], origin: string, resource: string): Set<string> =>
  new Set(
    consents
      .filter((consent) => consent.origin === origin && consent.resource === resource)
      .flatMap(({ scope }) => parseScope(scope)),
  );

/** Whether a site has any access now, by the administrator or the user. */
export const isConnected = (session: SessionAnswer, site: SitePolicy): boolean =>
  site.consent === 'granted' || session.consents.some(({ origin }) => origin === site.origin);

/** Whether the user has blocked a site. It has no effect if the administrator has consented. */
export const isRefused = (session: SessionAnswer, origin: string): boolean =>
  siteOf(session, origin)?.consent !== 'granted' &&
  session.sites.some((site) => site.origin === origin && site.refused_at !== undefined);

/** The error for a page of a blocked site. The page can do nothing about it, so there is no `interaction`. */
export const refusal = (): LatchkeyError =>
  new LatchkeyError({
    code: 'user_denied',
    message: 'the user blocked this site; they can unblock it from the toolbar icon',
  });

/** The error for a request that was in progress when the user removed the site's access. */
export const takenBack = (): LatchkeyError =>
  new LatchkeyError({ code: 'user_denied', message: "the person has taken this site's access back" });

/** What a site asks for: scopes of one resource. */
export interface AccessAsk {
  origin: string;
  resource: string;
  scopes: readonly string[];
}

/** What the policy doesn't allow: `undefined` for the resource itself, else scopes. */
function missingFrom(session: SessionAnswer, ask: AccessAsk): string[] | undefined {
  const resource = siteOf(session, ask.origin)?.resources.find((listed) => listed.resource === ask.resource);
  return resource && ask.scopes.filter((scope) => !Object.hasOwn(resource.scopes, scope));
}

/** The scopes, each once, to which neither the user nor the administrator has consented. */
export function openScopes(session: SessionAnswer, { origin, resource, scopes }: AccessAsk): string[] {
  if (siteOf(session, origin)?.consent === 'granted') return [];
  const consented = consentedScopes(session.consents, origin, resource);
  return [...new Set(scopes)].filter((scope) => !consented.has(scope));
}

/** Whether the user or the administrator has consented to everything that is asked for. */
export const isConsented = (session: SessionAnswer, ask: AccessAsk): boolean => openScopes(session, ask).length === 0;

/** Whether the policy allows everything that is asked for. */
export const isAllowed = (session: SessionAnswer, ask: AccessAsk): boolean => missingFrom(session, ask)?.length === 0;

/**
 * Rejects what the policy doesn't allow.
 *
 * @throws {LatchkeyError} `policy_denied`, which names what isn't allowed and nothing else
 */
export function requireAllowed(session: SessionAnswer, ask: AccessAsk): void {
  const missing = missingFrom(session, ask);
  if (missing?.length === 0) return;
  const what = missing ? `${missing.join(' ')} at ${ask.resource}` : ask.resource;
  throw policyDenied(`${ask.origin} may not ask for ${what}`);
}
