import type { MiddlewareHandler } from 'hono';
import type { Deps } from '../deps.ts';
import type { Env } from '../env.ts';
import { OAuthError } from '../errors.ts';

/** Records failed authentications, whether they end in an error or in a page that says so. */
export function reportFailures({ reportFailure }: Pick<Deps, 'reportFailure'>): MiddlewareHandler<Env> {
  return async function reportFailuresMiddleware(c, next) {
    await next();
    const failed = (c.error instanceof OAuthError ? c.error.failed : undefined) ?? c.get('failed');
    if (!failed) return;
    await reportFailure({
      sub: c.get('session')?.row.sub,
      ...failed,
      requestId: c.get('requestId'),
      address: c.get('address'),
      network: c.get('network'),
    });
  };
}
