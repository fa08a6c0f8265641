import { challenge } from '@latchkey/shared/resource-server/challenge.ts';
import {
  type Refusal,
  type RefusalCode,
  refusalStatus,
  type TokenFault,
} from '@latchkey/shared/resource-server/refused.ts';
import type { Scheme } from '@latchkey/shared/resource-server/scheme.ts';

/** Why an API refused a request. Stable: callers switch on it. */
export type ApiErrorCode = RefusalCode;
export type ApiErrorBody = Refusal;
export type { TokenFault };

/**
 * The refusal of a request, as an HTTP response: `error.toResponse()`, or `status`, `headers` and `body` for frameworks
 * without `Response`.
 *
 * @see RFC 6750 §3
 * @see RFC 9449 §7.1
 * @see RFC 9470 §3
 * @example
 * if (error instanceof ApiError) return error.toResponse();
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  /** With `invalid_token`: what is wrong with the token. */
  readonly reason: TokenFault | undefined;
  readonly status: number;
  /** Value of the `WWW-Authenticate` header; `undefined` if no other token would help. */
  readonly wwwAuthenticate: string | undefined;

  readonly #extra: Readonly<Record<string, string>>;

  /**
   * @param options `scheme`: the scheme of the request's token, used for the challenge; default `Bearer`. `headers`: more
   *   response headers
   */
  constructor(body: ApiErrorBody, options?: ErrorOptions & { scheme?: Scheme; headers?: Record<string, string> }) {
    super(body.message, options);
    this.#extra = options?.headers ?? {};
    this.code = body.code;
    this.reason = body.reason;
    this.status = refusalStatus[body.code];
    const scheme = options?.scheme ?? 'Bearer';
    this.wwwAuthenticate = challenge(body, scheme, scheme === 'DPoP' ? 'required' : 'optional');
  }

  /** Response headers, with names in lower case. */
  get headers(): Record<string, string> {
    return {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      ...(this.wwwAuthenticate === undefined ? {} : { 'www-authenticate': this.wwwAuthenticate }),
      ...(this.status === 503 ? { 'retry-after': '5' } : {}),
      ...this.#extra,
    };
  }

  /** Response body, JSON: `{error, error_description, reason?}`. */
  get body(): string {
    return JSON.stringify({ error: this.code, error_description: this.message, reason: this.reason });
  }

  /** The refusal as a fetch `Response`. */
  toResponse(): Response {
    return new Response(this.body, { status: this.status, headers: this.headers });
  }
}
