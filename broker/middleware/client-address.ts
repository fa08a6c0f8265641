import { BlockList, isIP } from 'node:net';
import { getConnInfo } from '@hono/node-server/conninfo';
import { createBoundedMap } from '@latchkey/shared/bounded-map.ts';
import type { MiddlewareHandler } from 'hono';
import type { Config } from '../config/types.ts';
import type { Env } from '../env.ts';
import { networkOf } from './network.ts';

export interface ClientAddress {
  address: string;
  /** Whether a trusted proxy sent the request. */
  fromTrustedProxy: boolean;
}

/** More than there are proxies. Other callers' addresses push each other out. */
const rememberedAddresses = 1_000;

/**
 * Determines the caller's address. `X-Forwarded-For` is trusted only from a peer in `trustedProxies`, and only as far
 * to the left as its addresses are trusted proxies themselves (ASVS 4.1.3).
 *
 * @param config may change while the broker runs
 * @returns a function of the peer's address and the header
 */
export function createAddressReader(
  config: Pick<Config, 'trustedProxies'>,
): (peer: string | undefined, forwardedFor: string | null | undefined) => ClientAddress {
  const read = (blocks: readonly string[]) => ({
    of: blocks,
    list: blockList(blocks),
    /** Asking the list costs more than the rest of all this. */
    known: createBoundedMap<boolean>(rememberedAddresses),
  });
  let trusted = read(config.trustedProxies);
  const isTrusted = (address: string): boolean => {
    if (trusted.of !== config.trustedProxies) trusted = read(config.trustedProxies);
    const known = trusted.known.get(address);
    if (known !== undefined) return known;
    const answer = isIP(address) !== 0 && trusted.list.check(address, family(address));
    trusted.known.set(address, answer);
    return answer;
  };

  return (peer, forwardedFor) => {
    let address = plain(peer ?? '');
    const fromTrustedProxy = isTrusted(address);
    if (!fromTrustedProxy) return { address, fromTrustedProxy };
    const hops = (forwardedFor ?? '').split(',').map((hop) => plain(hop.trim()));
    while (isTrusted(address)) {
      const hop = hops.pop();
      if (hop === undefined || isIP(hop) === 0) break;
      address = hop;
    }
    return { address, fromTrustedProxy };
  };
}

/** Sets `address`, `network` and `fromTrustedProxy`. @see createAddressReader */
export function clientAddress(config: Pick<Config, 'trustedProxies'>): MiddlewareHandler<Env> {
  const addressOf = createAddressReader(config);
  return function clientAddressMiddleware(c, next) {
    const { address, fromTrustedProxy } = addressOf(getConnInfo(c).remote.address, c.req.header('x-forwarded-for'));
    c.set('fromTrustedProxy', fromTrustedProxy);
    c.set('address', address);
    c.set('network', networkOf(address));
    return next();
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
