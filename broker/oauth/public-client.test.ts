import { UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';
import type { DeviceClientConfig, ResourceConfig } from '../config/types.ts';
import { requestedTarget, requireClient, requireGrant } from './public-client.ts';

const [orders, stock] = ['https://orders.example.com', 'https://stock.example.com'];
const client: DeviceClientConfig = {
  clientId: 'tv',
  name: 'TV',
  allow: new Map([
    [orders, ['orders:read', 'orders:list']],
    [stock, ['stock:read']],
  ]),
  groups: [],
  sessionMs: 1_000,
  grant: 'device',
  idTokenAlg: 'RS256',
  numberMatching: false,
  redirectPath: '/callback',
};
const resource = {} as ResourceConfig;
const config = {
  devices: new Map([['tv', client]]),
  services: new Map([['nightly', {}]]),
  resources: new Map([
    [orders, resource],
    [stock, resource],
  ]),
} as never;
const target = (scope?: string, of?: string) => requestedTarget({ config }, client, { scope, resource: of });

describe('what a client asks for', () => {
  it.each([
    // scope, resource → resource, scopes
    [undefined, undefined, orders, ['orders:read', 'orders:list']],
    [undefined, stock, stock, ['stock:read']],
    ['stock:read', undefined, stock, ['stock:read']],
    ['orders:read stock:read', undefined, orders, ['orders:read']],
    ['orders:read orders:read  nonsense', undefined, orders, ['orders:read']],
    ['openid orders:read email', undefined, orders, ['openid', 'email', 'orders:read']],
    ['profile email orders:read', undefined, orders, ['orders:read']],
    ['profile', undefined, orders, ['orders:read', 'orders:list']],
    ['offline_access', undefined, orders, ['offline_access', 'orders:read', 'orders:list']],
    ['openid profile', undefined, undefined, ['openid', 'profile']],
    ['openid nonsense', undefined, undefined, ['openid']],
    ['openid', stock, stock, ['openid']],
  ])('%j of %j', (scope, of, expected, scopes) => {
    expect(target(scope, of)).toEqual({ resource: expected, scopes });
  });

  it.each([
    ['nonsense', undefined, 'invalid_scope'],
    ['orders:read', stock, 'invalid_scope'],
    [undefined, 'https://other.example.com', 'invalid_target'],
    ['openid', 'https://other.example.com', 'invalid_target'],
  ])('%j of %j is refused', (scope, of, code) => {
    expect(() => target(scope, of)).toThrow(expect.objectContaining({ code }));
  });

  it('is refused where the client is listed for no API, but for openid', () => {
    const bare = { ...client, allow: new Map() };
    expect(() => requestedTarget({ config }, bare, {})).toThrow(expect.objectContaining({ code: 'invalid_scope' }));
    expect(requestedTarget({ config }, bare, { scope: 'openid' })).toEqual({ resource: undefined, scopes: ['openid'] });
  });
});

describe('who a client is', () => {
  const assertion = (sub: string) => new UnsecuredJWT({ sub }).encode();
  const basic = (credentials: string) => `Basic ${Buffer.from(credentials).toString('base64')}`;

  it.each([
    [{ client_id: 'tv' }, undefined],
    [{}, basic('tv:')],
    [{}, basic('t%76:')],
    [{ client_id: 'tv' }, basic('tv:')],
    [{ client_id: 'tv' }, 'Bearer something'],
  ])('%j with %j is tv', (form, authorization) => {
    expect(requireClient({ config }, form, authorization)).toBe(client);
  });

  it.each([
    [{}, undefined, 'invalid_request'],
    [{ client_id: 'cli' }, basic('tv:'), 'invalid_request'],
    [{ client_id: 'cli' }, undefined, 'invalid_client'],
    [{ client_id: 'constructor' }, undefined, 'invalid_client'],
    [{ client_id: 'tv', client_secret: 'x' }, undefined, 'invalid_client'],
    [{ client_id: 'nightly' }, undefined, 'unauthorized_client'],
    [{ client_id: 'nightly', client_secret: 'x' }, undefined, 'unauthorized_client'],
    [{}, basic('nightly:x'), 'unauthorized_client'],
    [{ client_assertion: assertion('nightly') }, undefined, 'unauthorized_client'],
    [{ client_assertion: assertion('nobody') }, undefined, 'invalid_request'],
    [{}, basic('tv:x'), 'invalid_client'],
    [{}, basic('tv::'), 'invalid_client'],
  ])('%j with %j is refused', (form, authorization, code) => {
    expect(() => requireClient({ config }, form, authorization)).toThrow(expect.objectContaining({ code }));
  });

  it('comes in by the ways of its configuration', () => {
    expect(() => requireGrant(client, 'device')).not.toThrow();
    expect(() => requireGrant({ ...client, grant: 'both' }, 'loopback')).not.toThrow();
    expect(() => requireGrant(client, 'loopback')).toThrow(expect.objectContaining({ code: 'unauthorized_client' }));
  });
});
