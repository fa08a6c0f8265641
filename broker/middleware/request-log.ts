import type { Clock } from '@latchkey/shared/time.ts';
import type { MiddlewareHandler } from 'hono';
import type { Env } from '../env.ts';
import { OAuthError } from '../errors.ts';
import type { Log } from '../log.ts';

const longestDescription = 300;

/**
 * Logs a line for every request. The requests of one sign-in may have the same `request_id`; `span_id` is of this one
 * alone, and always drawn by the broker. The line has the path without its query, which may contain codes, and who asks: the
 * client that the request names, the address, and the person and session if it has one. A refusal has its code and what the
 * caller was told.
 */
export function requestLog({ log, now }: { log: Log; now: Clock }): MiddlewareHandler<Env> {
  return async function requestLogMiddleware(c, next) {
    const startedAt = now();
    await next();
    log.info({
      event: 'request',
      request_id: c.get('requestId'),
      span_id: c.get('spanId'),
      method: c.req.method,
      path: c.req.path.slice(0, 200),
      status: c.res.status,
      code: c.error instanceof OAuthError ? c.error.code : undefined,
      description: c.error instanceof OAuthError ? c.error.message.slice(0, longestDescription) : undefined,
      client: c.get('client'),
      address: c.get('address'),
      sub: c.get('session')?.row.sub,
      session: c.get('session')?.row.id.slice(0, 8),
      sign_in: c.get('signIn') ?? c.get('session')?.row.signIn,
      ms: now() - startedAt,
    });
  };
}
