/**
 * The broker's `error` codes: from the RFCs where one fits, and never renamed once released. Each has a default HTTP
 * status.
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
  /** The gateway's route requires a token, and the request has none. */
  missing_token: 401,
  /** The user is in none of the groups that the gateway's route requires. */
  insufficient_group: 403,
  /** The cookie has no session: it is absent or unknown, or the session has ended or belongs to another key. */
  invalid_session: 401,
  /** The user chose "never" for this site. Only the user can undo that; a prompt doesn't help. */
  consent_refused: 403,
  /** The sign-in transaction is unknown, used, expired, or belongs to another key. */
  invalid_transaction: 400,
  /** The provider refused the request, or its response is unusable. */
  upstream_error: 502,
  not_found: 404,
  method_not_allowed: 405,
  unsupported_media_type: 415,
  payload_too_large: 413,
  too_many_requests: 429,
} as const;

export type OAuthErrorCode = keyof typeof oauthErrorStatus;
