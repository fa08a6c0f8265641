import type { MiddlewareHandler } from 'hono';
import { routePath } from 'hono/route';
import type { Env } from '../env.ts';
import type { Metrics } from '../metrics/metrics.ts';

/** Methods with a label of their own. All other methods share one label. */
const known = new Set(['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS', 'PUT', 'PATCH']);

/** Counts and times each request by endpoint, method and status. */
export function requestMetrics(metrics: Metrics): MiddlewareHandler<Env> {
  return async function requestMetricsMiddleware(c, next) {
    const answered = metrics.request();
    await next();
    const route = routePath(c, -1);
    answered({
      method: known.has(c.req.method) ? c.req.method : 'other',
      route: route === '/*' ? 'none' : route,
      status: c.res.status,
    });
  };
}
