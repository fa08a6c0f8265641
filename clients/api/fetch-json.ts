import { cappedFetch } from '@latchkey/shared/capped-fetch.ts';

const timeoutMs = 5_000;
/** Metadata and key sets are a few kilobytes. */
const maxBytes = 1_048_576;

export interface JsonAnswer {
  body: Record<string, unknown>;
  headers: Headers;
}

/**
 * Fetches a JSON object of at most 1 MiB. Doesn't follow redirects, because these documents decide which keys the API
 * trusts.
 *
 * @throws {Error} naming the URL and what is wrong with the response
 */
export async function fetchJson(
  fetch: typeof globalThis.fetch,
  url: string,
  headers: Record<string, string> = {},
): Promise<JsonAnswer> {
  const response = await cappedFetch(fetch, maxBytes)(url, {
    headers: { accept: 'application/json', ...headers },
    redirect: 'manual',
    signal: AbortSignal.timeout(timeoutMs),
  });
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}, not 200`);
  const body: unknown = await response.json();
  if (typeof body !== 'object' || body === null) throw new Error(`${url} is not a JSON object`);
  return { body: body as Record<string, unknown>, headers: response.headers };
}
