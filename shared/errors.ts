/**
 * Error codes that a page can get: a closed union, so that callers can `switch` on it and the compiler finds missing
 * cases.
 */
export const pageErrorCodes = [
  'not_installed',
  'not_signed_in',
  'access_not_granted',
  'user_denied',
  'policy_denied',
  'step_up_required',
  'offline',
  'busy',
  'expired',
  'invalid_request',
  'unsupported',
] as const;

export type PageErrorCode = (typeof pageErrorCodes)[number];

/** An error, as sent over the port from the background to the page. */
export interface PageErrorBody {
  code: PageErrorCode;
  /** For developers and logs: what happened and what to do. Contains no secrets. */
  message: string;
  /** What the user would be asked, if retrying with a user gesture can help. */
  interaction?: 'sign_in' | 'consent' | 'step_up' | undefined;
  /** With `access_not_granted`: the requested scopes that are not granted yet. */
  delta?: string[] | undefined;
  /** When to retry, in milliseconds from now. */
  retry_after_ms?: number | undefined;
}

/**
 * The error of the page SDK and of the extension's background.
 *
 * Switch on `code`, which is stable. `message` may change between versions.
 */
export class LatchkeyError extends Error {
  override readonly name = 'LatchkeyError';
  // Declared, not defined: field definitions would add bytes to every page.
  declare readonly code: PageErrorCode;
  declare readonly interaction: PageErrorBody['interaction'];
  declare readonly delta: string[] | undefined;
  declare readonly retryAfterMs: number | undefined;

  constructor(body: PageErrorBody, options?: ErrorOptions) {
    super(body.message, options);
    this.code = body.code;
    this.interaction = body.interaction;
    this.delta = body.delta;
    this.retryAfterMs = body.retry_after_ms;
  }
}
