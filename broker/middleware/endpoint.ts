import { routePath } from 'hono/route';
import type { BrokerContext } from '../env.ts';

/** Methods with a name of their own. All others share one, because anybody can make them up. */
const known = new Set(['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS', 'PUT', 'PATCH']);

/** The request's method, for metrics and traces. */
export const methodOf = (c: BrokerContext): string => (known.has(c.req.method) ? c.req.method : 'other');

/** The endpoint's pattern, or `none`; never the path, which anybody can make up. Call it after the endpoint has run. */
export function routeOf(c: BrokerContext): string {
  const route = routePath(c, -1);
  return route === '/*' ? 'none' : route;
}
