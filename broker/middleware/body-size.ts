import type { MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Env } from '../env.ts';

/**
 * Rejects bodies of more than `maxSize` bytes with 413. A declared length is trusted, because Node reads no further
 * than that. Only a body without one is counted, because counting turns it into a web stream, the costliest part of a
 * small request.
 */
export function bodySize(maxSize: number): MiddlewareHandler<Env> {
  const count = bodyLimit({ maxSize });
  return function bodySizeMiddleware(c, next) {
    if (c.req.header('transfer-encoding') === undefined && fits(c.req.method, c.req.header('content-length'))) {
      return next();
    }
    return count(c, next);
  };

  function fits(method: string, length: string | undefined): boolean {
    if (length === undefined) return method === 'GET' || method === 'HEAD';
    return Number(length) <= maxSize;
  }
}
