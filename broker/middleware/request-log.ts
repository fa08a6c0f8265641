import type { Clock } from '@latchkey/shared/time.ts';
import type { MiddlewareHandler } from 'hono';
import type { Env } from '../env.ts';
import type { Log } from '../log.ts';

const longestDescription = 300;

/** A wrong proof is told the URL of the request, whose path is the API's own business. */
const withoutPaths = (text: string): string => text.replace(/(https?:\/\/[^/\s"]+)\/[^\s"]*/g, '$1/…');

/**
 * Logs a line for every request. The requests of one sign-in may have the same `request_id`; `span_id` is of this one
 * alone, and always drawn by the broker. The line has the path without its query, which may contain codes, and who asks: the
 * client that the request names, the address, and the person and session if it has one. A refusal has its code and what the
 * caller was told, without the paths of URLs.
 */
export function requestLog({ log, now }: { log: Log; now: Clock }): MiddlewareHandler<Env> {
  return async function requestLogMiddleware(c, next) {
    const startedAt = now();
    await next();
    const refusal = c.get('refusal');
    log.info({
      event: 'request',
      request_id: c.get('requestId'),
      span_id: c.get('spanId'),
      method: c.req.method,
      path: c.req.path.slice(0, 200),
      status: c.res.status,
      code: refusal?.code,
      description: refusal && withoutPaths(refusal.message).slice(0, longestDescription),
      client: c.get('client'),
      address: c.get('address'),
      sub: c.get('session')?.row.sub,
      session: c.get('session')?.row.id.slice(0, 8),
      sign_in: c.get('signIn') ?? c.get('session')?.row.signIn,
      ms: now() - startedAt,
    });
  };
}
