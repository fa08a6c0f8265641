/** What can go wrong between a device and its tokens: a closed union, to `switch` on. */
export type DeviceErrorCode =
  /** The person has chosen "Deny", or may not use this client. */
  | 'access_denied'
  /** Nobody has allowed it in time. */
  | 'expired_token'
  /** The refresh token (or the code) is used, revoked or too old: sign in again. */
  | 'invalid_grant'
  /** The broker refuses the request for another reason; `error` holds its code. */
  | 'refused'
  /** No answer, or one that says to come back later. Trying again can help. */
  | 'unreachable'
  /** Something answered, but not as an OAuth server does. */
  | 'bad_answer'
  /** The issuer is no URL that tokens may come from. */
  | 'invalid_issuer';

/** The error of `@latchkey/device`. `message` says cause and cure and holds no secret. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
  readonly code: DeviceErrorCode;
  /** The OAuth `error` of the broker, where it sent one. */
  readonly error: string | undefined;
  /** With `unreachable`: when the broker asks to be tried again, in seconds. */
  readonly retryAfter: number | undefined;

  constructor(
    code: DeviceErrorCode,
    message: string,
    options: ErrorOptions & { error?: string; retryAfter?: number | undefined } = {},
  ) {
    super(message, options);
    this.code = code;
    this.error = options.error;
    this.retryAfter = options.retryAfter;
  }
}
