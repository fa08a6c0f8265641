import { BlockList, isIP } from 'node:net';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { MiddlewareHandler } from 'hono';
import type { Env } from '../env.ts';

/**
 * Finds the caller's address. `X-Forwarded-For` is believed only from a peer in `trustedProxies`, and only
 * as far to the left as the addresses in it are trusted proxies themselves (ASVS 4.1.3).
 */
export function clientAddress(trustedProxies: readonly string[]): MiddlewareHandler<Env> {
  const trusted = new BlockList();
  for (const block of trustedProxies) {
    const [address = '', prefix] = block.split('/');
    trusted.addSubnet(address, Number(prefix), isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
  const isTrusted = (address: string) => trusted.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

  return async function clientAddressMiddleware(c, next) {
    let address = plain(getConnInfo(c).remote.address ?? '');
    const hops = (c.req.header('x-forwarded-for') ?? '').split(',').map((hop) => plain(hop.trim()));
    while (isIP(address) !== 0 && isTrusted(address)) {
      const hop = hops.pop();
      if (hop === undefined || isIP(hop) === 0) break;
      address = hop;
    }
    c.set('address', address);
    await next();
  };
}

/** An IPv4 address that came over an IPv6 socket, in its own form. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '');
