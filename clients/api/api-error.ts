import { challenge } from '@latchkey/shared/resource-server/challenge.ts';
import {
  type Refusal,
  type RefusalCode,
  refusalStatus,
  type TokenFault,
} from '@latchkey/shared/resource-server/refused.ts';
import type { Scheme } from '@latchkey/shared/resource-server/scheme.ts';

/** What an API answers instead of its work. Stable: callers switch on it. */
export type ApiErrorCode = RefusalCode;
export type ApiErrorBody = Refusal;
export type { TokenFault };

/**
 * Why a request is refused, ready to be the answer: `return error.toResponse()`, or `status`, `headers` and
 * `body` where there is no `Response`.
 *
 * @see RFC 6750 §3, RFC 9449 §7.1, RFC 9470 §3
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  readonly reason: TokenFault | undefined;
  readonly status: number;
  /** Value of the `WWW-Authenticate` header; none where no other token would help. */
  readonly wwwAuthenticate: string | undefined;

  readonly #extra: Readonly<Record<string, string>>;

  /**
   * @param scheme how the token was presented, which is how the challenge answers
   * @param headers to be sent beside the challenge
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

  /** Headers of the answer, in lower case. */
  get headers(): Record<string, string> {
    return {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      ...(this.wwwAuthenticate === undefined ? {} : { 'www-authenticate': this.wwwAuthenticate }),
      ...(this.status === 503 ? { 'retry-after': '5' } : {}),
      ...this.#extra,
    };
  }

  /** JSON of the answer: `{error, error_description, reason?}`. */
  get body(): string {
    return JSON.stringify({ error: this.code, error_description: this.message, reason: this.reason });
  }

  toResponse(): Response {
    return new Response(this.body, { status: this.status, headers: this.headers });
  }
}
