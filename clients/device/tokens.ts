import type { TokenEndpointResponse } from 'oauth4webapi';

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

/** @param now when the response arrived, milliseconds since the epoch */
export function toTokens(answer: TokenEndpointResponse, now: number): Tokens {
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
