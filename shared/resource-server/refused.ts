import type { Scheme } from './scheme.ts';

/** Why a resource server refuses a request. Stable: callers switch on it. */
export type RefusalCode =
  | 'missing_token'
  | 'invalid_request'
  | 'invalid_token'
  | 'invalid_dpop_proof'
  | 'use_dpop_nonce'
  | 'insufficient_user_authentication'
  | 'insufficient_scope'
  | 'insufficient_group'
  | 'temporarily_unavailable';

/** With `invalid_token`: what is wrong with the token. Stable, too. */
export type TokenFault =
  | 'malformed'
  | 'too_long'
  | 'wrong_type'
  | 'wrong_algorithm'
  | 'key_in_token'
  | 'unknown_key'
  | 'bad_signature'
  | 'missing_claim'
  | 'wrong_issuer'
  | 'wrong_audience'
  | 'wrong_client'
  | 'not_bound'
  | 'expired'
  | 'not_yet_valid';

/**
 * HTTP status of each refusal.
 *
 * @see RFC 6750 §3.1
 * @see RFC 9449 §7.1
 * @see RFC 9470 §3
 */
export const refusalStatus: Readonly<Record<RefusalCode, number>> = {
  missing_token: 401,
  invalid_request: 400,
  invalid_token: 401,
  invalid_dpop_proof: 401,
  use_dpop_nonce: 401,
  insufficient_user_authentication: 401,
  insufficient_scope: 403,
  insufficient_group: 403,
  temporarily_unavailable: 503,
};

export interface Refusal {
  code: RefusalCode;
  /** What is wrong and what to do. Contains no part of the token except the claim in question. */
  message: string;
  reason?: TokenFault | undefined;
  /** More parameters of the challenge: `scope` (RFC 6750 §3), `acr_values`, `max_age` (RFC 9470 §3). */
  params?: Readonly<Record<string, string>> | undefined;
}

/** A refused request. The HTTP layer turns it into a response. */
export class Refused extends Error {
  readonly refusal: Refusal;
  /** The scheme of the request's token, used for the challenge; `undefined` until it is known. */
  readonly scheme: Scheme | undefined;

  constructor(refusal: Refusal, options?: ErrorOptions & { scheme?: Scheme | undefined }) {
    super(refusal.message, options);
    this.name = 'Refused';
    this.refusal = refusal;
    this.scheme = options?.scheme;
  }

  /** The same refusal, for a token with this scheme. */
  under(scheme: Scheme): Refused {
    return new Refused(this.refusal, { cause: this.cause, scheme });
  }
}
