import { expect, it } from 'vitest';
import { NetworkError, outboundProxyOf } from './outbound-proxy.ts';

it.each([
  [{}, undefined],
  [{ HTTPS_PROXY: '' }, undefined],
  [{ HTTPS_PROXY: 'http://proxy.example.com:3128' }, 'http://proxy.example.com:3128/'],
  [{ HTTPS_PROXY: 'proxy.example.com:3128' }, 'http://proxy.example.com:3128/'],
  [{ HTTPS_PROXY: 'https://a:b@proxy.example.com' }, 'https://a:b@proxy.example.com/'],
  [{ HTTPS_PROXY: 'http://upper:1', https_proxy: 'http://lower:1' }, 'http://lower:1/'],
  // HTTP_PROXY is for http:, which the broker and its clients speak on loopback only.
  [{ HTTP_PROXY: 'http://proxy.example.com:3128' }, undefined],
])('%j: %s', (env, url) => {
  expect(outboundProxyOf(env)?.url.href).toBe(url);
});

it.each(['socks5://u:hunter2@proxy:1080', 'http://u:hunter#2@proxy:3128', 'http://', 'ftp://proxy'])(
  'refuses "%s", and repeats no password',
  (value) => {
    const read = () => outboundProxyOf({ HTTPS_PROXY: value });
    expect(read).toThrow(NetworkError);
    expect(read).toThrow(/^HTTPS_PROXY is not the address of an HTTP proxy\. Write it as http:\/\/proxy/);
    expect(read).not.toThrow(/hunter/);
  },
);

it('reads NO_PROXY', () => {
  const noProxy = (env: Record<string, string>) => outboundProxyOf({ HTTPS_PROXY: 'http://p:1', ...env })?.noProxy;
  expect(noProxy({})).toBe('');
  expect(noProxy({ NO_PROXY: 'a.example, .b.example' })).toBe('a.example, .b.example');
  expect(noProxy({ NO_PROXY: 'a.example', no_proxy: 'b.example' })).toBe('b.example');
});
