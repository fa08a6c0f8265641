/**
 * The `error` codes of the broker: those of the RFCs where one fits, and never renamed once released.
 * Each names the status that it travels with unless the place that throws says otherwise.
 */
export const oauthErrorStatus = {
  // RFC 6749 §5.2, §4.1.2.1
  invalid_request: 400,
  invalid_client: 401,
  invalid_grant: 400,
  unauthorized_client: 400,
  unsupported_grant_type: 400,
  invalid_scope: 400,
  access_denied: 403,
  unsupported_response_type: 400,
  server_error: 500,
  temporarily_unavailable: 503,
  // RFC 8707 §2
  invalid_target: 400,
  // RFC 8628 §3.5
  authorization_pending: 400,
  slow_down: 400,
  expired_token: 400,
  // RFC 9449 §5, §8
  invalid_dpop_proof: 401,
  use_dpop_nonce: 401,
  // RFC 6750 §3.1
  invalid_token: 401,
  insufficient_scope: 403,
  // RFC 9470 §3
  insufficient_user_authentication: 401,
  // OpenID Connect Core §3.1.2.6
  login_required: 401,
  consent_required: 403,
  interaction_required: 403,
  account_selection_required: 403,
  request_not_supported: 400,
  request_uri_not_supported: 400,
  // Latchkey's own
  /** A gateway's route wants a token, and there is none. */
  missing_token: 401,
  /** The token's person is in none of the groups that a gateway's route asks for. */
  insufficient_group: 403,
  /** No session stands behind the cookie: it is absent, unknown, ended, or another key's. */
  invalid_session: 401,
  /** The person has chosen "never" for this site: no prompt can help, only their taking it back. */
  consent_refused: 403,
  /** The sign-in transaction is unknown, used, too old, or not of this key. */
  invalid_transaction: 400,
  /** The provider refused, or answered with something unusable. */
  upstream_error: 502,
  not_found: 404,
  method_not_allowed: 405,
  unsupported_media_type: 415,
  payload_too_large: 413,
  too_many_requests: 429,
} as const;

export type OAuthErrorCode = keyof typeof oauthErrorStatus;
