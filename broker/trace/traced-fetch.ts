import { currentSpan, inSpan } from './current-span.ts';
import { formatTraceparent } from './trace-context.ts';
import type { Tracing } from './tracing.ts';

/**
 * Wraps the `fetch` that reaches providers. Each request is a span, and has a `traceparent` header: a provider that
 * traces or logs it can be searched by the same ID. Queries and bodies stay out of spans.
 */
export const tracedFetch =
  (fetch: typeof globalThis.fetch, tracing: Tracing): typeof globalThis.fetch =>
  async (input, init) => {
    if (!currentSpan()) return fetch(input, init);
    const { origin, hostname, pathname } = new URL(input instanceof Request ? input.url : input);
    const method = (init?.method ?? 'GET').toUpperCase();
    const attributes = {
      'http.request.method': method,
      'server.address': hostname,
      'url.full': `${origin}${pathname}`,
    };
    return inSpan(tracing, { name: `${method} ${pathname}`, kind: 'client', attributes }, async (span) => {
      const headers = new Headers(init?.headers);
      headers.set('traceparent', formatTraceparent(span, span.isSampled));
      const response = await fetch(input, { ...init, headers });
      const { status } = response;
      span.set({ 'http.response.status_code': status });
      if (status >= 400) span.end(String(status));
      return response;
    });
  };
