/**
 * Wraps the `fetch` of one command: its requests share a trace ID, under which the broker's log has all of them (W3C Trace
 * Context). Each has a span ID of its own.
 */
export function tracedFetch(fetch: typeof globalThis.fetch): typeof globalThis.fetch {
  const trace = newId();
  return (input, init) => {
    const headers = new Headers(init?.headers ?? (input instanceof Request ? input.headers : undefined));
    headers.set('traceparent', `00-${trace}-${newId().slice(16)}-00`);
    return fetch(input, { ...init, headers });
  };
}

/** 32 hexadecimal digits. */
const newId = (): string => crypto.randomUUID().replaceAll('-', '');
