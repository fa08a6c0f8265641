import type { MiddlewareHandler } from 'hono';
import type { Config } from '../config/types.ts';
import type { Env } from '../env.ts';
import { OAuthError } from '../errors.ts';
import { createContinuedTraces } from '../trace/continued-traces.ts';
import { withinSpan } from '../trace/current-span.ts';
import { parseTraceparent } from '../trace/trace-context.ts';
import type { Tracing } from '../trace/tracing.ts';
import { methodOf, routeOf } from './endpoint.ts';
import { isFromOtherSite } from './other-site.ts';

/**
 * Names each request: its ID is the ID of its trace, and is in the response (`X-Request-Id`), in the log, in the audit
 * log and in what is sent to the provider. A program can name the trace with `traceparent`, to join the requests of one
 * sign-in. Pages of other sites can't. Whether a trace is recorded is never the caller's choice.
 *
 * @see https://www.w3.org/TR/trace-context/
 */
export function requestTrace({
  tracing,
  config,
}: {
  tracing: Tracing;
  config: Pick<Config, 'issuer'>;
}): MiddlewareHandler<Env> {
  const continued = createContinuedTraces();
  return async function requestTraceMiddleware(c, next) {
    const traceparent = c.req.header('traceparent');
    const named = traceparent === undefined || isFromOtherSite(c, config) ? undefined : parseTraceparent(traceparent);
    const span = tracing.start(methodOf(c), 'server', continued(named));
    c.set('requestId', span.traceId);
    c.set('spanId', span.spanId);
    c.header('X-Request-Id', span.traceId);
    await withinSpan(span, next);
    if (!span.isSampled) {
      span.end();
      return;
    }
    const { status } = c.res;
    const route = routeOf(c);
    span.rename(`${methodOf(c)} ${route}`);
    span.set({
      'http.request.method': methodOf(c),
      'http.route': route,
      'http.response.status_code': status,
      'url.scheme': new URL(config.issuer).protocol.slice(0, -1),
      'server.address': new URL(config.issuer).hostname,
      'latchkey.error': c.error instanceof OAuthError ? c.error.code : undefined,
      'latchkey.sign_in': c.get('signIn') ?? c.get('session')?.row.signIn,
    });
    span.end(status >= 500 ? String(status) : undefined);
  };
}
