import type { Log } from '../log.ts';
import { withoutTokens } from './without-tokens.ts';

/**
 * Why a provider sent a person back without signing them in:
 * - `denied`: the person canceled, or may not use this client. Providers use one code for both.
 * - `interaction`: the provider needs something else from the person first.
 * - `unavailable`: the provider has a problem of its own.
 * - `setup`: the provider doesn't accept the request. Only an administrator can correct this.
 */
export type RefusalKind = 'denied' | 'interaction' | 'unavailable' | 'setup';

/** An authorization error response (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6). */
export interface SignInRefusal {
  kind: RefusalKind;
  /** The provider's code, or `unknown_error` if it sent something else. */
  error: string;
  /** For the log only: the provider's words, without what looks like a token. */
  description: string | undefined;
}

const kinds = new Map<string, RefusalKind>([
  ['access_denied', 'denied'],
  // Auth0, for example for a blocked user: https://auth0.com/docs/troubleshoot/basic-issues/authentication-issues
  ['unauthorized', 'denied'],
  ['login_required', 'interaction'],
  ['interaction_required', 'interaction'],
  ['consent_required', 'interaction'],
  ['account_selection_required', 'interaction'],
  // https://openid.net/specs/openid-connect-unmet-authentication-requirements-1_0.html
  ['unmet_authentication_requirements', 'interaction'],
  ['server_error', 'unavailable'],
  ['temporarily_unavailable', 'unavailable'],
]);

const longestDescription = 300;

/** Reads the error of a redirect. Anything can be in a URL, so only a well-formed code is kept. */
export function readRefusal(error: string, description: string | undefined): SignInRefusal {
  const code = /^[\w.-]{1,64}$/.test(error) ? error : 'unknown_error';
  return {
    kind: kinds.get(code) ?? 'setup',
    error: code,
    description: description && withoutTokens(description).slice(0, longestDescription),
  };
}

/** Where a refused sign-in began, and who joins it with other lines of the log. */
interface RefusedAt {
  upstream: string;
  purpose: string;
  requestId: string;
  signIn: string;
  /** Whether nobody was asked (`prompt=none`). Then `interaction` is what was to be expected. */
  isSilent?: boolean;
}

/** Writes the only line of a refused sign-in that tells an administrator why: "not assigned", "invalid_scope". */
export function logRefusal(
  log: Log,
  { kind, error, description }: SignInRefusal,
  { upstream, purpose, requestId, signIn, isSilent }: RefusedAt,
): void {
  const level = kind === 'setup' ? 'error' : isSilent && kind === 'interaction' ? 'info' : 'warn';
  log[level]({
    event: 'sign_in_refused',
    request_id: requestId,
    sign_in: signIn,
    upstream,
    purpose,
    provider_error: error,
    provider_error_description: description,
    ...(level === 'info' ? {} : { cure: cureOf(kind, error, upstream) }),
  });
}

function cureOf(kind: RefusalKind, error: string, upstream: string): string {
  switch (kind) {
    case 'denied':
      return 'The person canceled, or may not use this client. If they should, assign them to it at the provider.';
    case 'interaction':
      return "The person has to do something at the provider first, such as a second factor or a new password. If they can't, check its policies.";
    case 'unavailable':
      return 'The provider has a problem of its own. Check its log or status page.';
    case 'setup':
      return setupCure(error, upstream);
  }
}

const setupCure = (error: string, upstream: string): string =>
  error === 'invalid_scope'
    ? `Allow every scope of upstreams.${upstream}.scopes for this client at the provider, or remove the scope.`
    : 'The provider does not accept the authorization request. Compare client_id, redirect URIs and grant types with the client at the provider, and run latchkey doctor.';
