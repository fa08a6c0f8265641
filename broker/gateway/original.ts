import { isSecureUrl } from '@latchkey/shared/origin.ts';
import type { BrokerContext } from '../env.ts';

/** The request that the gateway asks about, as its client made it. */
export interface Original {
  method: string;
  url: string;
}

/**
 * Reads `X-Forwarded-Method`, `-Proto`, `-Host` and `-Uri`, from a trusted proxy only: they say what a proof of
 * possession has to be for.
 *
 * @returns `undefined` where the peer is no trusted proxy, or a header is missing or not one value
 */
export function originalRequest(c: BrokerContext): Original | undefined {
  return fromHeaders(c, c.req.header('x-forwarded-method'), c.req.header('x-forwarded-uri'));
}

/** For gateways that ask with the client's own method and path, below `prefix` (Envoy's ext_authz). */
export function mirroredRequest(c: BrokerContext, prefix: string): Original | undefined {
  const { pathname, search } = new URL(c.req.url);
  return fromHeaders(c, c.req.method, `${pathname.slice(prefix.length)}${search}`);
}

function fromHeaders(c: BrokerContext, method: string | undefined, uri: string | undefined): Original | undefined {
  const proto = c.req.header('x-forwarded-proto');
  const host = c.req.header('x-forwarded-host') ?? c.req.header('host');
  if (!c.get('fromTrustedProxy') || !method || !uri?.startsWith('/') || !proto || !host) return undefined;
  const text = `${proto}://${host}${uri}`;
  if (!/^https?$/.test(proto) || !/^[\w.:[\]-]+$/.test(host) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return isSecureUrl(url) ? { method, url: url.href } : undefined;
}
