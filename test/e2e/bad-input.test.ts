import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import { createApi } from '../../demo/api/api.ts';
import { demoConfig } from '../../demo/config.ts';
import { originsOf, rowOfPorts } from '../../demo/ports.ts';
import { cliFile, root } from '../../demo/program.ts';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';

let dir: string;
let broker: TestBroker;
beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'latchkey-bad-'));
  broker = await startBrokerAndIdp();
});
afterAll(async () => {
  await broker?.close();
  await rm(dir, { recursive: true, force: true });
});

async function latchkey(...args: string[]) {
  const child = spawn(process.execPath, [cliFile, ...args], { cwd: root });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk) => {
    out += chunk;
  });
  child.stderr.on('data', (chunk) => {
    err += chunk;
  });
  await once(child, 'close');
  return { code: child.exitCode, out, err };
}

describe('latchkey', () => {
  it('lists five faults of a configuration at once, each with its place, and starts nothing', async () => {
    const ports = rowOfPorts(9_400);
    const { shop, api } = originsOf(ports);
    const config = parse(demoConfig(ports));
    config.issuer = 'http://latchkey.example.com';
    config.upstreams.example.client_secret = 'written-out';
    config.resources[api].lifetime = '10 seconds';
    config.origins[shop].allow = { [api]: ['orders:delete'] };
    config.color = 'blue';
    const file = join(dir, 'latchkey.yaml');
    await writeFile(file, stringify(config));
    const { code, err } = await latchkey('serve', '--config', file);
    expect(code).toBe(1);
    for (const place of ['issuer', 'client_secret', 'lifetime', 'orders:delete', 'color']) expect(err).toContain(place);
    expect(err).toMatch(/line \d+/);
    expect(err).not.toContain('written-out');
    expect(err).not.toMatch(/\bat .+\.ts:\d+/);
  });

  it.each([
    [['nonsense'], 2],
    [['serve', '--color', 'blue'], 2],
    [['serve', '--config', '/nowhere/latchkey.yaml'], 1],
    [['token', '--min-ttl', 'soon'], 2],
    [['login', '--issuer', 'ftp://example.com'], 2],
  ])('says what is wrong with %j, without a stack', async (args, code) => {
    const ended = await latchkey(...args);
    expect(ended.code).toBe(code);
    expect(ended.err).not.toBe('');
    expect(ended.out).toBe('');
    expect(ended.err).not.toMatch(/\bat .+\.ts:\d+/);
  });
});

describe('the broker over HTTP', () => {
  const get = (path: string, init: RequestInit = {}) => fetch(`${broker.origins.broker}${path}`, init);
  const json = (body: string) => ({ method: 'POST', body, headers: { 'Content-Type': 'application/json' } });

  it.each([
    ['/nowhere', {}],
    ['/session', { method: 'PUT' }],
    ['/session/token', json('{"origin":')],
    ['/session/token', json('[]')],
    ['/session/authorize', json('{"redirect_uri":"https://evil.example/"}')],
    ['/token', json('{"grant_type":"device_code"}')],
    ['/token', { method: 'POST', body: 'x'.repeat(100_000), headers: { 'Content-Type': 'text/plain' } }],
    ['/token', { method: 'POST', body: new URLSearchParams({ grant_type: 'password', client_id: 'tv' }) }],
    ['/device_authorization', { method: 'POST', body: new URLSearchParams({ client_id: '%00' }) }],
    [
      '/revoke',
      { method: 'POST', body: '%ff%fe=%zz', headers: { 'Content-Type': 'application/x-www-form-urlencoded' } },
    ],
  ] as [string, RequestInit][])('answers %s with an error of its own, never with a 500', async (path, init) => {
    const answer = await get(path, init);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.status).toBeLessThan(500);
    expect(answer.headers.get('X-Request-Id')).toMatch(/./);
    expect(await answer.json()).toEqual({
      error: expect.stringMatching(/^[a-z_]+$/),
      error_description: expect.any(String),
    });
  });

  it.each(['/callback', '/callback?state=x&code=y', '/callback?error=access_denied', '/device?user_code=%ff'])(
    'shows people a page at %s, never a 500',
    async (path) => {
      const answer = await get(path);
      expect(answer.status).toBeLessThan(500);
      expect(answer.headers.get('Content-Type')).toContain('text/html');
    },
  );
});

describe("the demo's API", () => {
  it.each([
    '',
    'nonsense',
    'Bearer',
    'Bearer ',
    'Bearer a.b.c',
    `Bearer ${'x'.repeat(20_000)}`,
    'Basic YTpi',
    'DPoP a.b.c',
  ])('refuses the authorization %j', async (authorization) => {
    const { broker: issuer, api: resource } = broker.origins;
    const api = createApi({ issuer, resource, sites: [], customers: new Map(), now: Date.now });
    const answer = await api.request('/orders', { headers: { authorization } });
    expect([400, 401]).toContain(answer.status);
    expect(await answer.json()).toMatchObject({ error: expect.stringMatching(/^[a-z_]+$/) });
  });
});
