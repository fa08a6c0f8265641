/** What an API answers instead of its work. Stable: callers switch on it. */
export type ApiErrorCode =
  | 'missing_token'
  | 'invalid_request'
  | 'invalid_token'
  | 'invalid_dpop_proof'
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
  | 'expired'
  | 'not_yet_valid';

export type Scheme = 'Bearer' | 'DPoP';

const statusOf: Record<ApiErrorCode, number> = {
  missing_token: 401,
  invalid_request: 400,
  invalid_token: 401,
  invalid_dpop_proof: 401,
  insufficient_scope: 403,
  insufficient_group: 403,
  temporarily_unavailable: 503,
};

export interface ApiErrorBody {
  code: ApiErrorCode;
  /** A sentence with cause and cure; it never holds a token or any part of one but the claim it is about. */
  message: string;
  reason?: TokenFault;
  /** With `insufficient_scope`: all that the request needs. */
  scope?: string;
}

/**
 * Why a request is refused, ready to be the answer: `return error.toResponse()`.
 *
 * @see RFC 6750 §3, RFC 9449 §7.1
 */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  readonly reason: TokenFault | undefined;
  readonly status: number;
  /** Value of the `WWW-Authenticate` header; none where no other token would help. */
  readonly wwwAuthenticate: string | undefined;

  readonly #body: ApiErrorBody;

  /** @param scheme how the token was presented, which is how the challenge answers */
  constructor(body: ApiErrorBody, options?: ErrorOptions & { scheme?: Scheme }) {
    super(body.message, options);
    this.#body = body;
    this.code = body.code;
    this.reason = body.reason;
    this.status = statusOf[body.code];
    this.wwwAuthenticate = challenge(body, options?.scheme ?? 'Bearer');
  }

  /** The same error for a token that came under this scheme. */
  answering(scheme: Scheme): ApiError {
    return new ApiError(this.#body, { cause: this.cause, scheme });
  }

  /** JSON `{error, error_description, reason?}` with status and challenge. */
  toResponse(): Response {
    const headers = new Headers({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    if (this.wwwAuthenticate !== undefined) headers.set('www-authenticate', this.wwwAuthenticate);
    if (this.status === 503) headers.set('retry-after', '5');
    const body = { error: this.code, error_description: this.message, reason: this.reason };
    return new Response(JSON.stringify(body), { status: this.status, headers });
  }
}

function challenge({ code, message, scope }: ApiErrorBody, scheme: Scheme): string | undefined {
  if (code === 'temporarily_unavailable') return undefined;
  // Who sent no token is told which schemes there are, and nothing else (RFC 6750 §3.1).
  if (code === 'missing_token') return 'Bearer, DPoP algs="ES256"';
  const params = [`error="${code}"`, `error_description="${headerText(message)}"`];
  if (scope !== undefined) params.push(`scope="${headerText(scope)}"`);
  if (scheme === 'DPoP') params.push('algs="ES256"');
  return `${scheme} ${params.join(', ')}`;
}

/** The characters that RFC 6750 §3 lets into a description. */
const headerText = (text: string) => text.replaceAll('"', "'").replaceAll(/[^\x20-\x7e]|\\/g, '?');
