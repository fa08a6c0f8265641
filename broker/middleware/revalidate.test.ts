import { afterAll, beforeAll, expect, it } from 'vitest';
import { brokerInProcess, type InProcessBroker } from '../../test/broker/in-process.ts';
import { publishedMs, rotateSigningKeys } from '../tokens/rotate-signing-keys.ts';

let broker: InProcessBroker;
beforeAll(async () => {
  broker = await brokerInProcess('resources: { "https://api.example.com": { name: API, scopes: { read: Read } } }');
});
afterAll(() => broker.close());

it.each(['/jwks', '/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'])(
  'a cache has %s sent again only when it has changed',
  async (path) => {
    const first = await broker.request(path);
    const tag = first.headers.get('etag') ?? '';
    expect(tag).toMatch(/^"[^"]+"$/);
    expect(first.headers.get('cache-control')).toMatch(/^public, max-age=\d+$/);
    const again = await broker.request(path, { headers: { 'If-None-Match': tag } });
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', tag]);
    for (const kept of ['access-control-allow-origin', 'cache-control', 'x-request-id', 'content-security-policy']) {
      expect(again.headers.get(kept), kept).not.toBeNull();
    }
    expect((await broker.request(path, { headers: { 'If-None-Match': '"another"' } })).status).toBe(200);
  },
);

it('other keys have another tag', async () => {
  const tag = async () => (await broker.request('/jwks')).headers.get('etag');
  const before = await tag();
  broker.clock.now += publishedMs;
  await rotateSigningKeys(broker.deps, broker.clock.now, { force: false });
  expect(await tag()).not.toBe(before);
});
