import type { MiddlewareHandler } from 'hono';
import type { Deps } from '../deps.ts';
import type { Env } from '../env.ts';
import { methodOf, routeOf } from './endpoint.ts';

/** Counts and times each request by endpoint, method and status. */
export function requestMetrics({ metrics, elapsed }: Pick<Deps, 'metrics' | 'elapsed'>): MiddlewareHandler<Env> {
  return async function requestMetricsMiddleware(c, next) {
    const startedAt = elapsed();
    await next();
    const answered = { method: methodOf(c), route: routeOf(c), status: c.res.status };
    metrics.request(answered, (elapsed() - startedAt) / 1_000);
  };
}
