import type { Exchange } from './contract.ts';

/**
 * A `fetch` that shows each exchange with the broker to `check`, and passes on all others as they are.
 *
 * @param fetch sends the requests
 * @param origin the broker's
 */
export function checkedFetch(
  fetch: typeof globalThis.fetch,
  origin: string,
  check: (exchange: Exchange) => void,
): typeof globalThis.fetch {
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const response = await fetch(input, init);
    if (url.origin !== origin || response.redirected) return response;
    // The type of a form is only known here.
    const { method, headers } = new Request(url, { ...init, signal: null });
    const isStream = response.headers.get('content-type') === 'text/event-stream';
    check({
      method,
      url,
      request: { headers, body: init?.body == null ? undefined : String(init.body) },
      status: response.status,
      headers: response.headers,
      body: isStream ? undefined : await response.clone().text(),
    });
    return response;
  };
}
