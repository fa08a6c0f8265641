import type { Config } from '../config/types.ts';
import type { OAuthError } from '../errors.ts';
import type { Redirect } from './authorization-request.ts';
import { errorUri } from './error-uri.ts';

/**
 * Builds the redirect URL of the authorization response: `code` or `error`, `state` exactly as sent, and `iss` (RFC
 * 6749 §4.1.2, RFC 9207).
 */
function answerUrl(
  { issuer }: Pick<Config, 'issuer'>,
  { redirectUri, state }: Redirect,
  answer: Record<string, string>,
): string {
  const url = new URL(redirectUri);
  const stated = state === undefined ? {} : { state };
  for (const [name, value] of Object.entries({ ...answer, ...stated, iss: issuer })) url.searchParams.set(name, value);
  return url.href;
}

export const codeUrl = (config: Pick<Config, 'issuer'>, redirect: Redirect, code: string): string =>
  answerUrl(config, redirect, { code });

export const errorUrl = (
  config: Pick<Config, 'issuer' | 'branding'>,
  redirect: Redirect,
  { code, message }: OAuthError,
): string => answerUrl(config, redirect, { error: code, error_description: message, ...errorUri(config, code) });
