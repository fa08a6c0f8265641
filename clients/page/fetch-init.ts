import type { TokenOptions } from './tokens.ts';

/** Options of `fetch`, plus which token to send and how. */
export type FetchInit = RequestInit &
  TokenOptions & {
    /**
     * Sends the request in place of the global `fetch`: the HTTP client of a framework, for example. It is called with the
     * token in `headers`, and a proof if the token is bound; once more for each challenge that is answered.
     *
     * @example
     * await lk.fetch(url, { fetch: (input, init) => traced(input, init) });
     */
    fetch?: typeof globalThis.fetch | undefined;
  };
