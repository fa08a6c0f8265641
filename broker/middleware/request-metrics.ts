import type { MiddlewareHandler } from 'hono';
import type { Env } from '../env.ts';
import type { Metrics } from '../metrics/metrics.ts';
import { methodOf, routeOf } from './endpoint.ts';

/** Counts and times each request by endpoint, method and status. */
export function requestMetrics(metrics: Metrics): MiddlewareHandler<Env> {
  return async function requestMetricsMiddleware(c, next) {
    const answered = metrics.request();
    await next();
    answered({ method: methodOf(c), route: routeOf(c), status: c.res.status });
  };
}
