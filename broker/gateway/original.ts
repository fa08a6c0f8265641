import { isSecureUrl } from '@latchkey/shared/origin.ts';

/** The request that the gateway asks about, as its client made it. */
export interface Original {
  method: string;
  url: string;
}

/** What a trusted proxy says of the request, as its headers have it. */
export interface Forwarded {
  method: string | undefined;
  proto: string | undefined;
  host: string | undefined;
  /** Path and query. */
  uri: string | undefined;
}

/**
 * Puts together the request that a proof of possession must be for.
 *
 * @returns `undefined` where a part is missing or not one value
 */
export function originalRequest({ method, proto, host, uri }: Forwarded): Original | undefined {
  if (!method || !uri?.startsWith('/') || !proto || !host) return undefined;
  const text = `${proto}://${host}${uri}`;
  if (!/^https?$/.test(proto) || !/^[\w.:[\]-]+$/.test(host) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return isSecureUrl(url) ? { method, url: url.href } : undefined;
}
