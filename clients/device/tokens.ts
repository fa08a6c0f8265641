import type { TokenEndpointResponse } from 'oauth4webapi';

/** What a device has after signing in or refreshing. */
export interface Tokens {
  access_token: string;
  token_type: 'Bearer' | 'DPoP';
  /** NumericDate, by this device's clock. */
  expires_at: number;
  scope?: string | undefined;
  /** Rotates: each use brings its successor. */
  refresh_token?: string | undefined;
  id_token?: string | undefined;
}

/** @param now milliseconds since the epoch, when the answer came */
export function toTokens(answer: TokenEndpointResponse, now: number): Tokens {
  return {
    access_token: answer.access_token,
    token_type: answer.token_type === 'dpop' ? 'DPoP' : 'Bearer',
    // A lifetime that isn't told is not relied upon.
    expires_at: Math.floor(now / 1_000) + (answer.expires_in ?? 0),
    ...(answer.scope === undefined ? {} : { scope: answer.scope }),
    ...(answer.refresh_token === undefined ? {} : { refresh_token: answer.refresh_token }),
    ...(answer.id_token === undefined ? {} : { id_token: answer.id_token }),
  };
}
