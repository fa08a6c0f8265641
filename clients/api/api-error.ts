/** What an API answers instead of its work. Stable: callers switch on it. */
export type ApiErrorCode =
  | 'missing_token'
  | 'invalid_request'
  | 'invalid_token'
  | 'invalid_dpop_proof'
  | 'use_dpop_nonce'
  | 'insufficient_user_authentication'
  | 'insufficient_scope'
  | 'insufficient_group'
  | 'temporarily_unavailable';

/** With `invalid_token`: what is wrong with it. Stable as well. */
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

export type Scheme = 'Bearer' | 'DPoP';

const statusOf: Record<ApiErrorCode, number> = {
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

export interface ApiErrorBody {
  code: ApiErrorCode;
  /** A sentence with cause and cure; it never holds a token or any part of one but the claim it is about. */
  message: string;
  reason?: TokenFault;
  /** More parameters of the challenge: `scope` (RFC 6750 §3), `acr_values`, `max_age` (RFC 9470 §3). */
  params?: Readonly<Record<string, string>>;
}

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

  readonly #body: ApiErrorBody;
  readonly #extra: Readonly<Record<string, string>>;

  /**
   * @param scheme how the token was presented, which is how the challenge answers
   * @param headers to be sent beside the challenge
   */
  constructor(body: ApiErrorBody, options?: ErrorOptions & { scheme?: Scheme; headers?: Record<string, string> }) {
    super(body.message, options);
    this.#body = body;
    this.#extra = options?.headers ?? {};
    this.code = body.code;
    this.reason = body.reason;
    this.status = statusOf[body.code];
    this.wwwAuthenticate = challenge(body, options?.scheme ?? 'Bearer');
  }

  /** The same error for a token that came under this scheme. */
  answering(scheme: Scheme, headers: Record<string, string> = {}): ApiError {
    return new ApiError(this.#body, { cause: this.cause, scheme, headers: { ...this.#extra, ...headers } });
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

function challenge({ code, message, params = {} }: ApiErrorBody, scheme: Scheme): string | undefined {
  if (code === 'temporarily_unavailable') return undefined;
  // Who sent no token is told which schemes there are, and nothing else (RFC 6750 §3.1).
  if (code === 'missing_token') return scheme === 'DPoP' ? 'DPoP algs="ES256"' : 'Bearer, DPoP algs="ES256"';
  const written = Object.entries({ error: code, error_description: message, ...params }).map(
    ([name, value]) => `${name}="${headerText(value)}"`,
  );
  return `${scheme} ${[...written, ...(scheme === 'DPoP' ? ['algs="ES256"'] : [])].join(', ')}`;
}

/** The characters that RFC 6750 §3 lets into a description. */
const headerText = (text: string) => text.replaceAll('"', "'").replaceAll(/[^\x20-\x7e]|\\/g, '?');
