import type { Clock } from '@latchkey/shared/time.ts';
import { processRefreshTokenResponse, refreshTokenGrantRequest } from 'oauth4webapi';
import { DeviceError } from './device-error.ts';
import { discover, type ServerOptions } from './server.ts';
import { sleep as realSleep, type Sleep } from './sleep.ts';
import { type Tokens, toTokens } from './tokens.ts';

export interface RefreshOptions extends ServerOptions {
  refreshToken: string;
  /** Narrower than what was granted; default: all of it. */
  scope?: string | undefined;
  resource?: string | undefined;
  now?: Clock | undefined;
  sleep?: Sleep | undefined;
}

/** Seconds before each further try. Within a minute the broker answers the same old token with the same successor. */
const pauses = [1, 4];

/**
 * Changes a refresh token for new tokens. Keep the new `refresh_token` before you use anything else of the
 * answer; after a failure, keep the old one.
 *
 * @throws {DeviceError} `invalid_grant`: sign in again; `unreachable`: the old one is still good
 * @see RFC 6749 §6
 */
export async function refresh(options: RefreshOptions): Promise<Tokens> {
  const { sleep = realSleep, signal } = options;
  for (const pause of pauses) {
    try {
      return await once(options);
    } catch (error) {
      if (!(error instanceof DeviceError) || error.code !== 'unreachable') throw error;
      await sleep(pause * 1_000, signal);
    }
  }
  return once(options);
}

async function once(options: RefreshOptions): Promise<Tokens> {
  const { refreshToken, scope, resource, now = () => Date.now() } = options;
  const { as, client, auth, http, attempt } = await discover(options);
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
