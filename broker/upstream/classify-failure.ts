import { certificateFaults } from '@latchkey/shared/certificate-faults.ts';
import { errorCodeOf, hasTokens, type TokenAnswer, text } from './token-answer.ts';
import type { NoAnswer, Refusal } from './types.ts';
import { withoutTokens } from './without-tokens.ts';

/** Classification of a failed provider request, based on error types, statuses and codes, never on message text. */
export type Failure =
  /** The code or refresh token is no longer valid: `invalid_grant` (RFC 6749 §5.2), or a code that the preset names. */
  | { kind: 'ended'; error: string; description?: string | undefined }
  /** Any other definite answer, whatever its shape. */
  | { kind: 'refused'; refusal: Refusal }
  /** No conclusive answer: none at all, 408, 429, 5xx, or a response that broke off. */
  | ({ kind: 'transient' } & NoAnswer)
  /** A token response that fails validation: a different subject or an invalid ID token. */
  | { kind: 'unusable' };

/** What is known of a request. Without an answer, `sent` tells whether it left this process. */
export interface Sent {
  sent: boolean;
  answer: TokenAnswer | undefined;
  /** Codes, tokens and secrets of the request. A firewall that quotes them must not get them into the log. */
  secrets: readonly string[];
}

/** @param grantEndedErrors the preset's codes besides `invalid_grant` */
export function classify(
  error: unknown,
  { sent, answer, secrets }: Sent,
  grantEndedErrors: readonly string[] = [],
): Failure {
  if (answer === undefined) return transient({ delivered: sent && !wasNeverSent(error) });
  const { status, headers } = answer;
  const failed = { delivered: false, status, retryAfterMs: retryAfter(headers) };
  // 429, and what gateways say of the server behind them, concern everybody. Any other 5xx can be this person's alone.
  // After a gateway timeout (504), the outcome behind the gateway is unknown. Otherwise the request was not processed.
  if (aboutProvider.has(status)) return transient({ ...failed, delivered: status === 504 });
  const code = errorCodeOf(answer);
  if (code === 'temporarily_unavailable') return transient(failed);
  if (status === 408 || status >= 500 || code === 'server_error') return transient({ ...failed, affects: 'session' });
  if (code === 'invalid_grant' || (code !== undefined && grantEndedErrors.includes(code)))
    return { kind: 'ended', error: code, description: refusalOf(answer, secrets).description };
  if (code !== undefined || status >= 300 || isFromSomethingBetween(answer))
    return { kind: 'refused', refusal: refusalOf(answer, secrets) };
  return hasTokens(answer) ? { kind: 'unusable' } : transient({ delivered: true, status, affects: 'session' });
}

const aboutProvider = new Set([429, 502, 503, 504]);

const transient = (what: Pick<NoAnswer, 'delivered'> & Partial<NoAnswer>): Failure => ({
  kind: 'transient',
  affects: 'provider',
  status: undefined,
  retryAfterMs: undefined,
  ...what,
});

/** A success that is not JSON (RFC 6749 §5.1): a captive portal, a proxy or a firewall answers in the provider's place. */
const isFromSomethingBetween = ({ headers, body }: TokenAnswer): boolean =>
  body === undefined && !/\bjson\b/i.test(headers.get('Content-Type') ?? '');

const longestDescription = 300;

function refusalOf(answer: TokenAnswer, secrets: readonly string[]): Refusal {
  const { status, body } = answer;
  const code = errorCodeOf(answer);
  const description = text(body?.error_description);
  const isQuote = secrets.some((secret) => `${code} ${description}`.includes(secret));
  return {
    error: code !== undefined && /^[\w.-]{1,64}$/.test(code) && !isQuote ? code : `http_${status}`,
    status,
    description:
      isQuote || description === undefined ? undefined : withoutTokens(description).slice(0, longestDescription),
  };
}

const clientErrors = new Set(['invalid_client', 'unauthorized_client', 'unsupported_grant_type', 'invalid_scope']);

/** Whether a refusal concerns this broker as a client, and not the one request, which may carry a client's parameters. */
export const isAboutClient = ({ error, status }: Refusal): boolean =>
  status === 401 || status === 403 || clientErrors.has(error);

const credentialErrors = new Set(['invalid_client', 'unauthorized_client']);

/**
 * Whether the provider refuses the client secret or key. Some providers call that `unauthorized_client`, and some have
 * codes of their own, with status 401. `invalid_grant` is about the code or refresh token, whatever its status: the
 * refusal of the other credentials must not hide that a grant is over.
 */
export function wereCredentialsRefused({ answer }: Sent): boolean {
  if (!answer) return false;
  const code = errorCodeOf(answer) ?? '';
  return (answer.status === 401 && code !== 'invalid_grant') || credentialErrors.has(code);
}

/** Whether the provider knows the client. An overloaded provider, or a firewall, says nothing about that. */
export const wereCredentialsAccepted = ({ answer }: Sent): boolean =>
  answer !== undefined && (answer.status < 300 || errorCodeOf(answer) === 'invalid_grant');

/** Connection errors that mean the request never reached the provider. */
const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  // The proxy on the way out opened no connection. (`fetch` itself rejects with the signal's reason when it is aborted.)
  'UND_ERR_ABORTED',
  // The TLS handshake failed.
  'EPROTO',
  ...certificateFaults,
]);

function wasNeverSent(error: unknown): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { code, syscall } = cause as NodeJS.ErrnoException;
    if (syscall === 'connect' || (code !== undefined && neverSent.has(code))) return true;
    if (cause instanceof AggregateError) return cause.errors.every(wasNeverSent);
  }
  return false;
}

const longestWaitSeconds = 600;

/** Milliseconds to wait before a retry, from `Retry-After` (RFC 9110 §10.2.3) or the Okta and Auth0 headers. */
function retryAfter(headers: Headers): number | undefined {
  const given = headers.get('Retry-After');
  const seconds = given === null ? untilReset(headers) : Number(given);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, longestWaitSeconds) * 1_000 : undefined;
}

/**
 * Seconds until the provider's rate limit resets. Okta (`X-Rate-Limit-Reset`) and Auth0 (`X-RateLimit-Reset`) send
 * UTC epoch seconds. These are compared with the response's `Date` header because clocks may differ.
 *
 * @see https://developer.okta.com/docs/reference/rl-best-practices/
 */
function untilReset(headers: Headers): number {
  const reset = Number(headers.get('X-Rate-Limit-Reset') ?? headers.get('X-RateLimit-Reset') ?? Number.NaN);
  const answeredAt = Date.parse(headers.get('Date') ?? '') / 1_000;
  return Math.max(1, reset - answeredAt);
}
