import type { MiddlewareHandler } from 'hono';
import type { Env } from '../env.ts';
import { OAuthError } from '../errors.ts';
import type { Metrics, SignInKind } from '../metrics/metrics.ts';

/** Counts the sign-ins that end in an error, by its code. Its endpoint counts those that succeed. */
export function countFailedSignIns(metrics: Pick<Metrics, 'signIn'>, kind: SignInKind): MiddlewareHandler<Env> {
  return async function countFailedSignInsMiddleware(c, next) {
    await next();
    // A client that has no fresh nonce yet asks again at once.
    if (!c.error || (c.error instanceof OAuthError && c.error.code === 'use_dpop_nonce')) return;
    metrics.signIn(kind, c.error instanceof OAuthError ? c.error.code : 'server_error');
  };
}
