/**
 * What can go wrong between a page and its token, as the page sees it: a closed union, so that callers
 * can `switch` on it and the compiler tells them what they forgot.
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

/** How an error crosses the port from the background to the page. */
export interface PageErrorBody {
  code: PageErrorCode;
  /** A sentence for developers and logs: cause and cure, never a secret. */
  message: string;
  /** Whether asking again with a user gesture can help, and what the person would be asked. */
  interaction?: 'sign_in' | 'consent' | 'step_up' | undefined;
  /** With `access_not_granted`: the scopes that are asked for and not yet granted. */
  delta?: string[] | undefined;
  /** When it makes sense to try again, in milliseconds. */
  retry_after_ms?: number | undefined;
}

/**
 * The error of the page SDK and of the extension's background.
 *
 * `code` is stable and is what callers switch on; `message` may change between versions.
 */
export class LatchkeyError extends Error {
  override readonly name = 'LatchkeyError';
  // Declared, not defined: as fields they would be in every page once more.
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
