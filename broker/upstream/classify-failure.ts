import { ResponseBodyError } from 'oauth4webapi';

/** Classification of a failed provider request, based on error types and codes, never on message text. */
export type Failure =
  /** The provider returned an OAuth error (RFC 6749 §5.2). */
  | { kind: 'definite'; error: string }
  /** No conclusive response: none at all, 429, 5xx, or not an OAuth response. */
  | { kind: 'transient'; delivered: boolean; retryAfterMs: number | undefined }
  /** A successful response that fails validation: a different subject or an invalid ID token. */
  | { kind: 'unusable' };

/** Connection errors that mean the request never reached the provider. */
const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

export function classify(error: unknown, response: Response | undefined): Failure {
  if (response === undefined) return { kind: 'transient', delivered: !wasNeverSent(error), retryAfterMs: undefined };
  if (response.status === 429 || response.status >= 500) {
    // After a gateway timeout (504) the outcome behind the gateway is unknown. Other statuses mean it was not processed.
    return { kind: 'transient', delivered: response.status === 504, retryAfterMs: retryAfter(response.headers) };
  }
  if (error instanceof ResponseBodyError) {
    return error.error === 'temporarily_unavailable' || error.error === 'server_error'
      ? { kind: 'transient', delivered: false, retryAfterMs: undefined }
      : { kind: 'definite', error: error.error };
  }
  if (!response.ok) return { kind: 'transient', delivered: false, retryAfterMs: undefined };
  return { kind: 'unusable' };
}

function wasNeverSent(error: unknown): boolean {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== undefined && neverSent.has(code)) return true;
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
