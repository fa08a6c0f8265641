import { type OAuthErrorCode, oauthErrorStatus } from '@latchkey/shared/oauth-errors.ts';

interface OAuthErrorOptions extends ErrorOptions {
  /** More members of the response, besides `error` and `error_description`. Safe to send. */
  members?: Record<string, string | number | boolean> | undefined;
  headers?: Record<string, string> | undefined;
  status?: number | undefined;
  /** Set if someone failed to prove who they are. Recorded, never sent. */
  failed?: FailedAuthentication | undefined;
}

export const failureKinds = [
  'client_authentication',
  'grant_key',
  'hook_authentication',
  'replayed_proof',
  'session_key',
  'user_code',
  'user_code_locked',
] as const;

/** How an authentication failed. */
export type FailureKind = (typeof failureKinds)[number];

/** Someone failed to prove who they are. Only names that the configuration or the store has, never what was sent. */
export interface FailedAuthentication {
  kind: FailureKind;
  /** A configured client, or `undefined` for unknown ones. */
  client?: string | undefined;
  /** The person whom the failure concerns. */
  sub?: string | undefined;
}

/**
 * An error with a stable code that the caller may see (RFC 6749 §5.2).
 *
 * `message` is sent as `error_description`. It names cause and cure, and never contains a secret, a token or
 * internals. What helps only the operator goes into `cause`, which is logged.
 */
export class OAuthError extends Error {
  override readonly name = 'OAuthError';
  readonly code: OAuthErrorCode;
  readonly status: number;
  readonly members: Record<string, string | number | boolean>;
  readonly headers: Record<string, string>;
  readonly failed: FailedAuthentication | undefined;

  constructor(code: OAuthErrorCode, description: string, options: OAuthErrorOptions = {}) {
    // An answer has no use for a stack, and the frames of all callers that wait cost as much as a read from the store.
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    super(description, options);
    Error.stackTraceLimit = stackTraceLimit;
    this.code = code;
    this.status = options.status ?? oauthErrorStatus[code];
    this.members = options.members ?? {};
    this.headers = options.headers ?? {};
    this.failed = options.failed;
  }
}

/** The same error, together with the failed authentication that it is about. */
export const withFailure = (
  { code, message, members, headers, status, cause }: OAuthError,
  failed: FailedAuthentication,
): OAuthError => new OAuthError(code, message, { members, headers, status, cause, failed });

/** Creates the only "try again later" error: 503 with `Retry-After` in seconds. */
export function unavailable(description: string, retryAfterMs: number, cause?: unknown): OAuthError {
  return new OAuthError('temporarily_unavailable', description, {
    headers: { 'Retry-After': String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) },
    cause,
  });
}

/** Creates the only "too many requests" error: 429 with `Retry-After` in seconds. */
export function tooMany(description: string, retryAfterMs: number): OAuthError {
  return new OAuthError('too_many_requests', description, {
    headers: { 'Retry-After': String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) },
  });
}
