import type { TokenEndpointResponse } from 'oauth4webapi';
import { DeviceError } from './device-error.ts';

/** The tokens of a sign-in or a refresh. */
export interface Tokens {
  access_token: string;
  token_type: 'Bearer' | 'DPoP';
  /** When the access token expires, NumericDate (seconds since the epoch) by this device's clock. */
  expires_at: number;
  scope?: string | undefined;
  /** Rotates: each use returns a new one. */
  refresh_token?: string | undefined;
  id_token?: string | undefined;
}

/** RFC 6750 §2.1. Tokens get into headers, and into the input of other programs. */
const credentials = /^[A-Za-z0-9._~+/-]+=*$/;

/**
 * @param now when the response arrived, milliseconds since the epoch
 * @throws {DeviceError} `bad_answer` if the access token is none that a header can carry
 */
export function toTokens(answer: TokenEndpointResponse, now: number): Tokens {
  if (!credentials.test(answer.access_token)) {
    throw new DeviceError('bad_answer', 'The broker returned an access token with characters that no token has.');
  }
  return {
    access_token: answer.access_token,
    token_type: answer.token_type === 'dpop' ? 'DPoP' : 'Bearer',
    // Without `expires_in`, treat the token as expired.
    expires_at: Math.floor(now / 1_000) + (answer.expires_in ?? 0),
    ...(answer.scope === undefined ? {} : { scope: answer.scope }),
    ...(answer.refresh_token === undefined ? {} : { refresh_token: answer.refresh_token }),
    ...(answer.id_token === undefined ? {} : { id_token: answer.id_token }),
  };
}
