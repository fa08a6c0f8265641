import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createProof } from '@latchkey/shared/dpop.ts';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { brokerInProcess, type InProcessBroker, issuer } from '../../test/broker/in-process.ts';
import { goodToken, hostileTokens } from '../../test/e2e/kit/hostile-tokens.ts';
import type { TokenClaims } from '../tokens/minter.ts';

const api = 'https://api.example.com';
const bound = 'https://bound.example.com';
let broker: InProcessBroker;

beforeAll(async () => {
  broker = await brokerInProcess(`
resources:
  ${api}: { name: API, scopes: { orders:read: Read, orders:write: Write } }
  ${bound}: { name: Bound, scopes: { read: Read }, dpop: required }
origins:
  https://shop.example.com: { name: Shop, allow: { ${api}: [orders:read] } }
services:
  nightly: { allow: { ${api}: [orders:read] }, secret_hash: "sha256:${'A'.repeat(43)}" }`);
});
afterAll(() => broker.close());

const seconds = () => Math.floor(broker.clock.now / 1_000);
const mint = (claims: Partial<TokenClaims> = {}) =>
  broker.deps.minter.accessToken({
    sub: 'ada',
    aud: api,
    client_id: 'latchkey-extension',
    azp: 'https://shop.example.com',
    scope: 'orders:read',
    groups: ['okta:staff'],
    auth_time: seconds() - 60,
    exp: seconds() + 300,
    ...claims,
  });
const ask = async (query: string, token?: string, headers: Record<string, string> = {}, from?: string) =>
  broker.request(`/verify?${query}`, {
    headers: { ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }), ...headers },
    ...(from === undefined ? {} : { from }),
  });
/** On a busy machine, what takes milliseconds may take many times as long. */
const patient = { timeout: 15_000 };
const rules = `resource=${api}&scope=orders:read&group=okta:staff`;

describe('GET /verify', () => {
  it('answers who it is, in headers, and sets no cookie', async () => {
    const answer = await ask(rules, await mint());
    expect(answer.status).toBe(200);
    expect(Object.fromEntries([...answer.headers].filter(([name]) => name.startsWith('x-latchkey')))).toEqual({
      'x-latchkey-subject': 'ada',
      'x-latchkey-client': 'https://shop.example.com',
      'x-latchkey-scope': 'orders:read',
      'x-latchkey-groups': 'okta:staff',
    });
    expect(answer.headers.getSetCookie()).toEqual([]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('content-length')).toBe('0');
  });

  it.each<[string, string, Partial<TokenClaims>, number, string]>([
    ['another audience', rules, { aud: bound }, 401, 'error="invalid_token"'],
    ['a missing scope', `resource=${api}&scope=orders:read+orders:write`, {}, 403, 'scope="orders:read orders:write"'],
    ['a missing group', rules, { groups: ['okta:guests'] }, 403, 'error="insufficient_group"'],
    ['a group of another provider', rules, { groups: ['entra:staff'] }, 403, 'error="insufficient_group"'],
    ['no groups at all', rules, { groups: undefined }, 403, 'error="insufficient_group"'],
    ['a weak sign-in', `${rules}&acr=phr&acr=phrh`, {}, 401, 'acr_values="phr phrh"'],
    ['an old sign-in', `${rules}&max_age=59`, {}, 401, 'max_age="59"'],
    ['an unknown sign-in', `${rules}&max_age=59`, { auth_time: undefined }, 401, 'insufficient_user_authentication'],
    ['a service that is gone', `resource=${api}`, { sub: 'svc:gone' }, 401, 'error="invalid_token"'],
    ['a session that is gone', `resource=${api}`, { sid: 'gone' }, 401, 'The session of this token has ended'],
    ['a bound token without proof', `resource=${api}`, { cnf: { jkt: 'x' } }, 401, 'send it as DPoP'],
  ])('refuses %s', async (_, query, claims, status, challenge) => {
    const answer = await ask(query, await mint(claims));
    expect(answer.status).toBe(status);
    expect(answer.headers.get('www-authenticate')).toContain(challenge);
    expect([...answer.headers.keys()].filter((name) => name.startsWith('x-latchkey'))).toEqual([]);
  });

  it.each<[string, string, Partial<TokenClaims>]>([
    ['one group of several', `resource=${api}&group=okta:admins&group=okta:staff`, {}],
    ['a recent sign-in', `${rules}&max_age=60`, {}],
    ['a strong sign-in', `${rules}&acr=phr`, { acr: 'phr' }],
    ['a service of the configuration', `resource=${api}`, { sub: 'svc:nightly', azp: undefined }],
  ])('lets %s through', async (_, query, claims) => {
    expect((await ask(query, await mint(claims))).status).toBe(200);
  });

  it('tells who has no token which schemes there are', async () => {
    const answer = await ask(rules);
    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([
      401,
      'Bearer realm="latchkey", DPoP realm="latchkey", algs="ES256"',
    ]);
    const strict = await ask(`resource=${bound}`);
    expect([strict.status, strict.headers.get('www-authenticate')]).toEqual([
      401,
      'DPoP realm="latchkey", algs="ES256"',
    ]);
    expect((await ask(rules, undefined, { Authorization: 'Basic YTpi' })).status).toBe(401);
  });

  it('answers 401 to a malformed header, since gateways take a 400 for a fault of the broker', async () => {
    for (const token of ['two tokens', 'one, Bearer two', '']) {
      const answer = await ask(rules, token);
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm="latchkey", error="invalid_request"/);
    }
  });

  it.each([
    ['no resource', 'scope=orders:read'],
    ['an unknown resource', 'resource=https://nobody.example'],
    ['a misspelt rule', `resource=${api}&groups=okta:staff`],
    ['an empty group', `resource=${api}&group=`],
    ['an empty scope', `resource=${api}&scope=`],
    ['two resources', `resource=${api}&resource=${bound}`],
    ['an age that is none', `resource=${api}&max_age=1h`],
  ])('opens nothing where the gateway has %s', async (_, query) => {
    expect((await ask(query, await mint())).status).toBe(400);
  });

  it('lets only the pages of its resource read a refusal', async () => {
    const shop = await ask(rules, undefined, { Origin: 'https://shop.example.com' });
    expect(shop.headers.get('access-control-allow-origin')).toBe('https://shop.example.com');
    expect(shop.headers.get('access-control-expose-headers')).toContain('WWW-Authenticate');
    const other = await ask(rules, undefined, { Origin: 'https://evil.example' });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('a token that /verify has seen', () => {
  /** Asks until the answer no longer comes from the application. */
  async function seen(token: string, headers: Record<string, string> = {}, from?: string) {
    for (;;) {
      const answer = await ask(rules, token, headers, from);
      const known = broker.deps.knownTokens.recall(token);
      if (known && broker.deps.knownTokens.isKnownLive(known.claims)) return answer;
      await sleep(10);
    }
  }
  const logged = () => {
    broker.deps.requestLines.flush();
    return broker.logged.map((line) => JSON.parse(line)).filter(({ path }) => path === '/verify');
  };
  const count = async () =>
    Number(/http_route="\/verify",http_response_status_code="200"\} (\d+)/.exec(await broker.deps.metrics.text())?.[1]);

  it('gets the same answer, the same line in the log, and is counted the same', async () => {
    const token = await mint();
    const [from, headers] = ['10.1.2.3', { 'X-Forwarded-For': '198.51.100.7' }];
    // The application answers a request that names its trace.
    const traced = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
    logged();
    const slow = await ask(rules, token, { ...headers, ...traced }, from);
    const slowLine = logged().at(-1);
    await seen(token, headers, from);
    const before = await count();
    const fast = await ask(rules, token, headers, from);
    const [line, later] = [logged().at(-1), await count()];
    const headersOf = ({ headers: all }: Response) => [...all].filter(([name]) => name !== 'x-request-id');
    expect(headersOf(fast)).toEqual(headersOf(slow));
    expect(line).toEqual({
      ...slowLine,
      request_id: fast.headers.get('x-request-id'),
      span_id: expect.stringMatching(/^[0-9a-f]{16}$/),
      time: expect.any(String),
      ms: expect.any(Number),
    });
    expect(line.address).toBe('198.51.100.7');
    expect(later).toBe(before + 1);
  });

  it.each<[string, string, number]>([
    ['a missing scope', `resource=${api}&scope=orders:write`, 403],
    ['a missing group', `resource=${api}&group=okta:admins`, 403],
    ['a sign-in that is too old', `resource=${api}&max_age=59`, 401],
    ['another resource', `resource=${bound}`, 401],
    ['a resource that is not configured', 'resource=https://nobody.example', 400],
    ['an unknown rule', `resource=${api}&groups=okta:staff`, 400],
    ['a rule twice', `resource=${api}&resource=${api}`, 400],
  ])('is still refused for %s', async (_, query, status) => {
    const token = await mint();
    await seen(token);
    expect((await ask(query, token)).status).toBe(status);
  });

  it.each([
    '/verify/mirror/admin/../../../verify',
    '/verify/mirror/admin/%2e%2e/%2E%2E/../verify',
    '/verify/../verify',
    '/./verify',
  ])('chooses no rules of its own by the path %s', async (path) => {
    const token = await mint();
    await seen(token);
    const headers = { Authorization: `Bearer ${token}`, 'X-Latchkey-Rules': `resource=${api}&scope=orders:write` };
    const answer = await broker.request(`${path}?${rules}`, { headers, from: '10.1.2.3' });
    expect(answer.status).toBe(400);
    expect(answer.headers.get('x-latchkey-subject')).toBeNull();
  });

  it('is refused when it comes twice, or with another one', async () => {
    const token = await mint();
    await seen(token);
    for (const Authorization of [
      `Bearer ${token}, Bearer ${token}`,
      `Bearer ${token} x`,
      `DPoP ${token}`,
      `Bearer ${token}.`,
    ]) {
      expect((await ask(rules, undefined, { Authorization })).status).toBe(401);
    }
  });

  it('is refused when its resource requires bound tokens from now on', async () => {
    const token = await mint();
    await seen(token);
    const resources = new Map(broker.deps.config.resources);
    const resource = resources.get(api);
    if (!resource) throw new Error('no such resource');
    const before = broker.change({ resources: new Map(resources).set(api, { ...resource, dpop: 'required' }) });
    expect((await ask(rules, token)).status).toBe(401);
    broker.change({ resources });
    expect(before).toEqual(['resources']);
  });
});

describe('a bound token at a gateway', () => {
  const target = { method: 'POST', url: 'https://orders.example.com/orders?page=2' };
  const forwarded = {
    'X-Forwarded-Method': target.method,
    'X-Forwarded-Proto': 'https',
    'X-Forwarded-Host': 'orders.example.com',
    'X-Forwarded-Uri': '/orders?page=2',
  };
  const proxy = '10.1.2.3';

  async function holder() {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const keys = { privateKey, publicJwk: await exportJWK(publicKey) };
    const jkt = await calculateJwkThumbprint(keys.publicJwk);
    const token = await mint({ aud: bound, scope: 'read', cnf: { jkt } });
    const ath = createHash('sha256').update(token).digest('base64url');
    const send = async (
      { proof, more, from = proxy }: { proof?: Record<string, unknown>; more?: Record<string, string>; from?: string },
      offMs = 0,
    ) => {
      const jwt = await createProof(keys, { ...target, ath, ...proof }, broker.clock.now + offMs);
      const headers = { ...forwarded, Authorization: `DPoP ${token}`, DPoP: jwt, ...more };
      return { jwt, answer: await broker.request(`/verify?resource=${bound}`, { headers, from }) };
    };
    return { token, send };
  }

  it('passes with a proof for the original request', async () => {
    const { send } = await holder();
    expect((await send({})).answer.status).toBe(200);
  });

  it('refuses the same proof again', async () => {
    const { send } = await holder();
    const { jwt } = await send({});
    const { answer } = await send({ more: { DPoP: jwt } });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('jti');
  });

  it.each<[string, Record<string, unknown>]>([
    ['another method', { method: 'GET' }],
    ['another URL', { url: 'https://orders.example.com/other' }],
    ['another token', { ath: 'x' }],
  ])('refuses a proof for %s', async (_, proof) => {
    const { send } = await holder();
    const { answer } = await send({ proof });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toMatch(/^DPoP realm="latchkey", error="invalid_dpop_proof"/);
  });

  it('refuses a proof by another key', async () => {
    const [ada, thief] = [await holder(), await holder()];
    const { answer } = await thief.send({ more: { Authorization: `DPoP ${ada.token}` } });
    expect(answer.status).toBe(401);
  });

  it('believes nobody but trusted proxies what the request was', async () => {
    const { send } = await holder();
    const { answer } = await send({ from: '203.0.113.9' });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toContain('trusted_proxies');
  });

  it('gives a client with a wrong clock a nonce to go by', async () => {
    const { send } = await holder();
    const hour = 3_600_000;
    const { answer } = await send({}, hour);
    expect(answer.headers.get('www-authenticate')).toContain('error="use_dpop_nonce"');
    const nonce = answer.headers.get('dpop-nonce') ?? '';
    expect((await send({ proof: { nonce } }, hour)).answer.status).toBe(200);
  });

  it('takes the rules of a mirrored question from a trusted proxy only', async () => {
    const { token, send } = await holder();
    const { jwt } = await send({});
    const ask = (from: string, proof: string) =>
      broker.request('/verify/mirror/orders?page=2&resource=x', {
        method: 'POST',
        headers: {
          'X-Latchkey-Rules': `resource=${bound}&scope=read`,
          'X-Forwarded-Proto': 'https',
          Host: 'orders.example.com',
          Authorization: `DPoP ${token}`,
          DPoP: proof,
        },
        from,
      });
    expect((await ask('203.0.113.9', jwt)).status).toBe(400);
    expect((await ask(proxy, jwt)).status).toBe(401);
    const fresh = (await send({ from: '203.0.113.9' })).jwt;
    expect((await ask(proxy, fresh)).status).toBe(200);
  });
});

describe('hostile tokens', () => {
  const options = async () => {
    const { kid, privateKey } = await broker.deps.keys.current();
    const claims = {
      iss: issuer,
      sub: 'ada',
      aud: api,
      client_id: 'latchkey-extension',
      scope: 'orders:read',
      iat: seconds(),
      exp: seconds() + 300,
      jti: 'a-good-one',
    };
    return { claims, kid, privateKey, now: broker.clock.now };
  };

  it('are each refused with 401', async () => {
    expect((await ask(`resource=${api}`, goodToken(await options()))).status).toBe(200);
    const results: Record<string, number> = {};
    const all = hostileTokens(await options());
    for (const { name, token } of all) results[name] = (await ask(`resource=${api}`, token)).status;
    expect(results).toEqual(Object.fromEntries(all.map(({ name }) => [name, 401])));
  });

  it('are each refused without waiting, too, once the key is known', async () => {
    const { knownTokens } = broker.deps;
    const { claims, ...signing } = await options();
    const other = goodToken({ ...signing, claims: { ...claims, jti: 'another-good-one' } });
    await vi.waitFor(async () => {
      await ask(`resource=${api}`, goodToken({ ...signing, claims }));
      expect(knownTokens.recall(other)).toBeDefined();
    }, patient);
    const all = hostileTokens({ ...signing, claims });
    const accepted = all.filter(({ token }) => knownTokens.recall(token)).map(({ name }) => name);
    // These are valid, but not for this API, which the route checks.
    expect(accepted.filter((name) => !/audience|aud/.test(name))).toEqual([]);
    const results = await Promise.all(all.map(async ({ token }) => (await ask(`resource=${api}`, token)).status));
    expect(new Set(results)).toEqual(new Set([401]));
  });
});
