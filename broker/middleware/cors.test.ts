import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokerInProcess, type InProcessBroker } from '../../test/broker/in-process.ts';

const api = 'https://api.example.com';
let broker: InProcessBroker;
beforeAll(async () => {
  broker = await brokerInProcess(`
resources: { ${api}: { name: API, scopes: { read: Read } } }
devices: { tv: { name: TV, allow: { ${api}: [read] } } }`);
});
afterAll(() => broker.close());

const Origin = 'https://app.example';
const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) });
const preflight = (path: string, method: string) =>
  broker.request(path, {
    method: 'OPTIONS',
    headers: {
      Origin,
      'Access-Control-Request-Method': method,
      'Access-Control-Request-Headers': 'authorization,content-type,dpop,x-of-a-library',
    },
  });

describe('a page of any origin', () => {
  it.each<[string, RequestInit, number]>([
    ['/token', form({ grant_type: 'refresh_token', client_id: 'tv', refresh_token: 'x' }), 400],
    ['/token', form({ grant_type: 'refresh_token', client_id: 'nobody', refresh_token: 'x' }), 401],
    ['/token', { method: 'PUT' }, 405],
    // The size limit answers before the endpoint does.
    ['/token', { ...form({ x: 'y'.repeat(20_000) }), headers: { 'Content-Length': '20002' } }, 413],
    ['/device_authorization', form({ client_id: 'tv' }), 200],
    ['/revoke', form({ client_id: 'tv', token: 'x' }), 200],
    ['/userinfo', { headers: { Authorization: 'Bearer x' } }, 401],
    ['/jwks', {}, 200],
    ['/.well-known/oauth-authorization-server', {}, 200],
    ['/.well-known/openid-configuration', {}, 200],
  ])('may read the answer of %s, without credentials', async (path, init, status) => {
    const answer = await broker.request(path, { ...init, headers: { Origin, ...init.headers } });
    expect(answer.status).toBe(status);
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    expect(answer.headers.get('access-control-expose-headers')).toContain('DPoP-Nonce');
    expect(answer.headers.getSetCookie()).toEqual([]);
    const asked = await preflight(path, init.method ?? 'GET');
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-methods')).toContain('POST');
    expect(asked.headers.get('access-control-allow-headers')).toBe('Authorization, *');
  });

  it.each([
    '/session',
    '/session/token',
    '/session/events',
    '/introspect',
    '/authorize',
    '/account',
    '/device',
    '/signout',
    '/hooks/okta/backchannel-logout',
  ])('may not read %s', async (path) => {
    for (const answer of [await preflight(path, 'POST'), await broker.request(path, { headers: { Origin } })]) {
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});
