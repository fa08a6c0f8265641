import type { Sleep } from '@latchkey/shared/sleep.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import { processRefreshTokenResponse, refreshTokenGrantRequest } from 'oauth4webapi';
import { retry } from './retry.ts';
import { discover, type ServerOptions } from './server.ts';
import { type Tokens, toTokens } from './tokens.ts';

/** Options of {@link refresh}. */
export interface RefreshOptions extends ServerOptions {
  refreshToken: string;
  /** A subset of the granted scopes, separated by spaces. Default: all of them. */
  scope?: string | undefined;
  /** The API that the access token is for (RFC 8707). Default: as at the sign-in. */
  resource?: string | undefined;
  /** Clock, in milliseconds since the epoch. Default `Date.now`. */
  now?: Clock | undefined;
  /** Default: `setTimeout`. */
  sleep?: Sleep | undefined;
}

/**
 * For a minute, the broker answers the same refresh token with the same successor; after it, with the end of the sign-in. So
 * the last try begins in time, in seconds since the first: before it sends the token, it may wait 15 s for the metadata.
 */
const patience = 35;

/**
 * Exchanges a refresh token for new tokens. Refresh tokens rotate: store the new `refresh_token` before you use the
 * access token. If the call fails, keep the old one.
 *
 * Retries twice, after 1 s and 4 s, or later if the broker says so (`Retry-After`), if the broker can't be reached. No try
 * begins more than 35 s after the first: if the broker asks for longer, `retryAfter` of the error has the seconds.
 *
 * @returns the new tokens, always with a `refresh_token`
 * @throws {DeviceError} `invalid_grant` if the refresh token is expired, revoked or already used: sign in again
 * @throws {DeviceError} `unreachable` if the broker doesn't respond: the old refresh token is still valid
 * @throws {DeviceError} `refused`, `bad_answer` or `invalid_issuer`
 * @throws the signal's reason, if it aborts
 * @see RFC 6749 §6
 * @see RFC 9700 §4.14
 * @example
 * const tokens = await refresh({ issuer, clientId, refreshToken: stored.refresh_token });
 * await store(tokens);
 */
export const refresh = (options: RefreshOptions): Promise<Tokens> => {
  const { now = () => Date.now() } = options;
  return retry(() => once(options), { ...options, until: now() + patience * 1_000 });
};

async function once(options: RefreshOptions): Promise<Tokens> {
  const { refreshToken, scope, resource, now = () => Date.now() } = options;
  const { as, client, auth, http, attempt } = await discover(options, true);
  const parameters = new URLSearchParams();
  if (scope !== undefined) parameters.set('scope', scope);
  if (resource !== undefined) parameters.set('resource', resource);
  return attempt(async () => {
    const response = await refreshTokenGrantRequest(as, client, auth, refreshToken, {
      ...http,
      additionalParameters: parameters,
    });
    const tokens = toTokens(await processRefreshTokenResponse(as, client, response), now());
    return { ...tokens, refresh_token: tokens.refresh_token ?? refreshToken };
  });
}
