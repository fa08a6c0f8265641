/** Why a call to the broker failed: a closed union to `switch` on. */
export type DeviceErrorCode =
  /** The user denied the request, or may not use this client. */
  | 'access_denied'
  /** Nobody approved the request in time. */
  | 'expired_token'
  /** The refresh token (or the code) is expired, revoked or already used: sign in again. */
  | 'invalid_grant'
  /** The broker refused the request for another reason; `error` holds its code. */
  | 'refused'
  /** The broker didn't respond, or asked to retry later. Retrying can help. */
  | 'unreachable'
  /** The response isn't that of an OAuth server. */
  | 'bad_answer'
  /** The issuer isn't an `https:` URL (or `http:` on loopback). */
  | 'invalid_issuer';

/** The error of `@latchkey/device`. `message` says what happened and what to do, and contains no secrets. */
export class DeviceError extends Error {
  override readonly name = 'DeviceError';
  readonly code: DeviceErrorCode;
  /** The OAuth `error` code of the broker's response, if any. */
  readonly error: string | undefined;
  /** With `unreachable`: the broker's `Retry-After`, in seconds. */
  readonly retryAfter: number | undefined;
  /** Where the organization of the broker helps (`error_uri`, RFC 6749 §5.2): an `https:` URL, if the broker names one. */
  readonly helpUrl: string | undefined;
  /** The request's ID in the broker's log, for support. `undefined` if the broker didn't respond. */
  readonly requestId: string | undefined;
  /** With `unreachable`: a page of the network answered instead of the broker, such as a captive portal. */
  readonly networkPage: boolean;

  constructor(
    code: DeviceErrorCode,
    message: string,
    options: ErrorOptions & {
      error?: string;
      retryAfter?: number | undefined;
      helpUrl?: string | undefined;
      requestId?: string | undefined;
      networkPage?: boolean;
    } = {},
  ) {
    super(message, options);
    this.code = code;
    this.error = options.error;
    this.retryAfter = options.retryAfter;
    this.helpUrl = options.helpUrl;
    this.requestId = options.requestId;
    this.networkPage = options.networkPage ?? false;
  }
}
