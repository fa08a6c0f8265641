import { ResponseBodyError } from 'oauth4webapi';

/** What an error of a request to the provider means for us, told by types and codes, never by its text. */
export type Failure =
  /** The provider answered with an OAuth error (RFC 6749 §5.2). */
  | { kind: 'definite'; error: string }
  /** An answer came, but not one that says yes or no: 429, 5xx, no OAuth at all. */
  | { kind: 'transient'; delivered: boolean; retryAfterMs: number | undefined }
  /** A successful answer that does not hold up: another subject, a bad ID token. */
  | { kind: 'unusable' };

/** Nobody was listening, or no way led there: the request cannot have been acted upon. */
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
    // A gateway's time-out (504) says nothing about what happened behind it; every other answer does.
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

/** When to come back, in milliseconds from the answer: `Retry-After` (RFC 9110 §10.2.3), else what Okta and Auth0 send. */
function retryAfter(headers: Headers): number | undefined {
  const given = headers.get('Retry-After');
  const seconds = given === null ? untilReset(headers) : Number(given);
  return Number.isFinite(seconds) && seconds >= 0 ? Math.min(seconds, longestWaitSeconds) * 1_000 : undefined;
}

/**
 * Seconds until the provider counts anew. Okta (`X-Rate-Limit-Reset`) and Auth0 (`X-RateLimit-Reset`) give the
 * moment in UTC epoch seconds, which is held against the answer's own `Date`: clocks may differ.
 *
 * @see https://developer.okta.com/docs/reference/rl-best-practices/
 */
function untilReset(headers: Headers): number {
  const reset = Number(headers.get('X-Rate-Limit-Reset') ?? headers.get('X-RateLimit-Reset') ?? Number.NaN);
  const answeredAt = Date.parse(headers.get('Date') ?? '') / 1_000;
  return Math.max(1, reset - answeredAt);
}
