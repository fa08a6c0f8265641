import { BlockList, isIP } from 'node:net';
import { getConnInfo } from '@hono/node-server/conninfo';
import type { MiddlewareHandler } from 'hono';
import type { Config } from '../config/types.ts';
import type { Env } from '../env.ts';
import { networkOf } from './network.ts';

/**
 * Determines the caller's address. `X-Forwarded-For` is trusted only from a peer in `trustedProxies`, and only as far
 * to the left as its addresses are trusted proxies themselves (ASVS 4.1.3).
 *
 * @param config may change while the broker runs
 */
export function clientAddress(config: Pick<Config, 'trustedProxies'>): MiddlewareHandler<Env> {
  let trusted = { of: config.trustedProxies, list: blockList(config.trustedProxies) };
  const isTrusted = (address: string) => {
    if (trusted.of !== config.trustedProxies) {
      trusted = { of: config.trustedProxies, list: blockList(config.trustedProxies) };
    }
    return trusted.list.check(address, family(address));
  };

  return async function clientAddressMiddleware(c, next) {
    let address = plain(getConnInfo(c).remote.address ?? '');
    c.set('fromTrustedProxy', isIP(address) !== 0 && isTrusted(address));
    const hops = (c.req.header('x-forwarded-for') ?? '').split(',').map((hop) => plain(hop.trim()));
    while (isIP(address) !== 0 && isTrusted(address)) {
      const hop = hops.pop();
      if (hop === undefined || isIP(hop) === 0) break;
      address = hop;
    }
    c.set('address', address);
    c.set('network', networkOf(address));
    await next();
  };
}

function blockList(blocks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const block of blocks) {
    const [address = '', prefix] = block.split('/');
    list.addSubnet(address, Number(prefix), family(address));
  }
  return list;
}

const family = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** Removes the port that some proxies append, and converts an IPv4-mapped IPv6 address to IPv4. */
const plain = (hop: string): string =>
  hop
    .replace(/^\[(.+)\](?::\d+)?$/, '$1')
    .replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1')
    .replace(/^::ffff:(?=\d+\.)/i, '');
