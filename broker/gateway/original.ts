import { isSecureUrl } from '@latchkey/shared/origin.ts';

/** The request that the gateway asks about, as its client sent it. */
export interface Original {
  method: string;
  url: string;
}

/** A trusted proxy's description of the request, from its headers. */
export interface Forwarded {
  method: string | undefined;
  proto: string | undefined;
  host: string | undefined;
  /** Path and query. */
  uri: string | undefined;
}

/**
 * Returns the request that a DPoP proof must be for.
 *
 * @returns `undefined` if a part is missing or has several values
 */
export function originalRequest({ method, proto, host, uri }: Forwarded): Original | undefined {
  if (!method || !uri?.startsWith('/') || !proto || !host) return undefined;
  const text = `${proto}://${host}${uri}`;
  if (!/^https?$/.test(proto) || !/^[\w.:[\]-]+$/.test(host) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return isSecureUrl(url) ? { method, url: url.href } : undefined;
}
