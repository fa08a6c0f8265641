import { afterAll, beforeAll, expect, it } from 'vitest';
import { brokerInProcess, type InProcessBroker } from '../../test/broker/in-process.ts';

const api = 'https://api.example.com';
let broker: InProcessBroker;
beforeAll(async () => {
  broker = await brokerInProcess(`resources: { ${api}: { name: API, scopes: { read: Read } } }`);
});
afterAll(() => broker.close());

it.each([
  `/verify?resource=${api}`,
  '/verify',
  '/verify/mirror/orders',
  '/jwks',
  '/.well-known/openid-configuration',
  '/.well-known/oauth-authorization-server',
  '/assets/style.css',
  '/token',
  '/userinfo',
  '/introspect',
  '/revoke',
  '/device_authorization',
  '/session',
  '/session/upstreams',
  '/hooks/okta/okta-events',
  '/not/there',
])('no cookie on what caches may keep or other programs ask for: %s', async (path) => {
  const url = `${path}${path.includes('?') ? '&' : '?'}ui_locales=de`;
  const cookie = '__Host-lk-language=de; __Host-lk-page=x.y.z; __Host-lk-abcdefghijklmnop=x.y';
  for (const method of ['GET', 'POST', 'OPTIONS']) {
    const answer = await broker.request(url, { method, headers: { cookie } });
    expect(answer.headers.getSetCookie(), method).toEqual([]);
  }
});

it('the pages keep the language that was asked for', async () => {
  const { headers } = await broker.request('/device?ui_locales=de');
  expect(headers.getSetCookie().join()).toContain('__Host-lk-language=de');
  expect(headers.get('cache-control')).toBe('no-store');
});
