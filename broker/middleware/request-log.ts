import { randomUUID } from 'node:crypto';
import type { Clock } from '@latchkey/shared/time.ts';
import type { MiddlewareHandler } from 'hono';
import type { Env } from '../env.ts';
import type { Log } from '../log.ts';

/**
 * Gives every answer an `X-Request-Id` and every request a log line with it. The id is always ours; the
 * line has the path without its query, which may hold codes.
 */
export function requestLog({ log, now }: { log: Log; now: Clock }): MiddlewareHandler<Env> {
  return async function requestLogMiddleware(c, next) {
    const requestId = randomUUID();
    const startedAt = now();
    c.set('requestId', requestId);
    c.header('X-Request-Id', requestId);
    await next();
    log.info({
      event: 'request',
      request_id: requestId,
      method: c.req.method,
      path: c.req.path.slice(0, 200),
      status: c.res.status,
      ms: now() - startedAt,
    });
  };
}
