import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import type { Env } from '../env.ts';
import { clientAddress } from './client-address.ts';

/** Sends a request with a fake connection for `getConnInfo`. */
async function addressOf(peer: string, forwarded: string | undefined, trustedProxies: string[]): Promise<string> {
  const app = new Hono<Env>().use(clientAddress({ trustedProxies })).get('/', (c) => c.text(c.get('address')));
  const incoming = { socket: { remoteAddress: peer, remotePort: 1, remoteFamily: 'IPv4' } };
  const headers: Record<string, string> = forwarded === undefined ? {} : { 'X-Forwarded-For': forwarded };
  return (await app.request('/', { headers }, { incoming })).text();
}

describe('the caller’s address', () => {
  it.each<[string, string, string | undefined, string[], string]>([
    ['is the peer’s where no proxy is trusted', '203.0.113.9', '198.51.100.1', [], '203.0.113.9'],
    ['is what a trusted proxy says', '10.0.0.2', '198.51.100.1', ['10.0.0.0/8'], '198.51.100.1'],
    [
      'is the last that no trusted proxy added',
      '10.0.0.2',
      '1.1.1.1, 198.51.100.1, 10.0.0.3',
      ['10.0.0.0/8'],
      '198.51.100.1',
    ],
    [
      'is read without the port that some proxies write',
      '10.0.0.2',
      '198.51.100.1:5678',
      ['10.0.0.0/8'],
      '198.51.100.1',
    ],
    ['is read out of brackets', '10.0.0.2', '[2001:db8::1]:5678', ['10.0.0.0/8'], '2001:db8::1'],
    ['is the proxy’s where that says nothing usable', '10.0.0.2', 'unknown', ['10.0.0.0/8'], '10.0.0.2'],
    ['is IPv4 also over an IPv6 socket', '::ffff:203.0.113.9', undefined, [], '203.0.113.9'],
  ])('%s', async (_, peer, forwarded, trusted, expected) => {
    expect(await addressOf(peer, forwarded, trusted)).toBe(expected);
  });
});
