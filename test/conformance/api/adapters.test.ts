import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { verifier } from '../../../clients/api/index.ts';
import { audience, createTestIssuer, issuer, type TestIssuer } from '../../../clients/api/testing/issuer.ts';
import { createProof } from '../../../shared/dpop.ts';
import { type HostileToken, hostileTokens } from '../../e2e/kit/hostile-tokens.ts';
import { call } from './call.ts';
import { frameworks, type Running } from './servers.ts';

const site = 'https://shop.example.com';
const cors = { origins: [site] };

describe.each(Object.entries(frameworks))('@latchkey/api under %s', (_, start) => {
  let at: TestIssuer;
  let api: Running;
  let stepUp: Running;
  let withNonces: Running;
  let hostile: HostileToken[];
  let reached = 0;
  const count = () => {
    reached += 1;
  };
  const bearer = (token: string): [string, string] => ['authorization', `Bearer ${token}`];

  beforeAll(async () => {
    at = await createTestIssuer();
    const shared = { issuer, audience, fetch: at.fetch, now: at.now };
    const requirements = { scopes: ['orders:read'], groups: ['okta:staff'] };
    api = await start({ verify: verifier(shared), requirements, cors, reached: count });
    stepUp = await start({
      verify: verifier(shared),
      requirements: { acr: ['phr', 'phrh'], maxAge: 300 },
      cors,
      reached: count,
    });
    const dpop = { dpop: 'required', dpopNonceSecret: 's'.repeat(32), publicOrigin: audience } as const;
    withNonces = await start({ verify: verifier({ ...shared, ...dpop }), requirements, cors, reached: count });
    const privateKey = await exportJWK(at.keys.privateKey);
    hostile = hostileTokens({ claims: at.claims(), kid: 'k1', privateKey, now: at.now() });
  });
  afterAll(() => Promise.all([api, stepUp, withNonces].map((server) => server.close())));
  beforeEach(() => {
    reached = 0;
  });

  it('lets a good token in', async () => {
    const answer = await call(api.port, [bearer(await at.sign())]);
    expect(answer).toMatchObject({ status: 200, body: '{"sub":"p_1"}' });
    expect(reached).toBe(1);
  });

  it('refuses every hostile token, and none with a 500', async () => {
    expect(hostile.length).toBeGreaterThan(40);
    for (const { name, token } of hostile) {
      const answer = await call(api.port, [bearer(token)]);
      expect({ name, status: answer.status }).toEqual({ name, status: 401 });
      expect(answer.headers['www-authenticate'], name).toMatch(/^Bearer realm="latchkey", error="invalid_token"/);
      expect(JSON.parse(answer.body), name).toMatchObject({ error: 'invalid_token' });
    }
    expect(reached).toBe(0);
  });

  it.each<[string, [string, string][], number]>([
    ['none', [], 401],
    ['an empty one', [['authorization', '']], 401],
    ['a scheme alone', [['authorization', 'Bearer']], 400],
    ['another scheme', [['authorization', 'Basic dXNlcjpwYXNz']], 401],
    ['one that a header must not have', [['authorization', 'Bearer \u00e9']], 400],
    ['a proof without a token', [['dpop', 'a.b.c']], 401],
  ])('refuses as Authorization %s', async (_name, headers, status) => {
    const answer = await call(api.port, headers);
    expect(answer.status).toBe(status);
    expect(answer.headers['www-authenticate']).toBeDefined();
    expect(reached).toBe(0);
  });

  it('refuses two Authorization headers, of which somebody may have checked the other', async () => {
    const good = await at.sign();
    const answer = await call(api.port, [bearer(good), bearer('nonsense')]);
    expect(answer.status).toBe(400);
    expect(reached).toBe(0);
  });

  it.each<[string, Record<string, unknown>, RegExp]>([
    ['scope', { scope: 'profile' }, /error="insufficient_scope".*scope="orders:read"/],
    ['group', { groups: [] }, /error="insufficient_group"/],
  ])('answers 403 with a challenge where a %s is missing', async (_name, changes, challenge) => {
    const answer = await call(api.port, [bearer(await at.sign(changes))]);
    expect(answer.status).toBe(403);
    expect(answer.headers['www-authenticate']).toMatch(challenge);
  });

  it('asks for a stronger and later sign-in (RFC 9470)', async () => {
    const seconds = at.now() / 1_000;
    const weak = await call(stepUp.port, [bearer(await at.sign({ acr: 'pwd', auth_time: seconds - 400 }))]);
    expect(weak.status).toBe(401);
    expect(weak.headers['www-authenticate']).toMatch(
      /^Bearer realm="latchkey", error="insufficient_user_authentication", .*acr_values="phr phrh", max_age="300"$/,
    );
    const strong = await call(stepUp.port, [bearer(await at.sign({ acr: 'phr', auth_time: seconds - 200 }))]);
    expect(strong.status).toBe(200);
  });

  it('answers preflights of its sites alone', async () => {
    const ask = (origin: string) =>
      call(
        api.port,
        [
          ['origin', origin],
          ['access-control-request-method', 'GET'],
        ],
        'OPTIONS',
      );
    const answer = await ask(site);
    expect(answer.status).toBe(204);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': site,
      'access-control-allow-headers': 'Authorization, DPoP, Content-Type',
    });
    expect(answer.headers['access-control-allow-methods']).toContain('GET');
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
    expect((await ask('https://evil.example')).headers).not.toHaveProperty('access-control-allow-origin');
    expect(reached).toBe(0);
  });

  it.each([401, 200])('lets its sites read an answer with %i', async (status) => {
    const token = status === 200 ? await at.sign() : 'nonsense';
    const answer = await call(api.port, [bearer(token), ['origin', site]]);
    expect(answer.status).toBe(status);
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': site,
      'access-control-expose-headers': 'DPoP-Nonce, WWW-Authenticate',
    });
    expect(answer.headers.vary).toContain('Origin');
  });

  it('hands out a nonce, wants it in the proof, and takes the proof once', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const keys = { privateKey, publicJwk: await exportJWK(publicKey) };
    const token = await at.sign({ cnf: { jkt: await calculateJwkThumbprint(keys.publicJwk) } });
    const ath = createHash('sha256').update(token).digest('base64url');
    // The client's clock is an hour slow. With nonces, that doesn't matter.
    const prove = (nonce?: string) =>
      createProof(keys, { method: 'GET', url: `${audience}/orders`, ath, nonce }, at.now() - 3_600_000);
    const send = (proof: string, host?: string) =>
      call(withNonces.port, [
        ['authorization', `DPoP ${token}`],
        ['dpop', proof],
        ...(host === undefined ? [] : [['host', host] as [string, string]]),
      ]);

    const first = await send(await prove());
    expect(first.status).toBe(401);
    expect(first.headers['www-authenticate']).toMatch(/^DPoP realm="latchkey", error="use_dpop_nonce"/);
    const proof = await prove(first.headers['dpop-nonce']);
    const second = await send(proof, 'internal.example:1');
    expect(second.status).toBe(200);
    expect(second.headers['dpop-nonce']).toMatch(/^[\w-]{32}$/);
    expect((await send(proof)).headers['www-authenticate']).toMatch(/invalid_dpop_proof.*used before/);
    const unbound = await call(withNonces.port, [bearer(await at.sign())]);
    expect(unbound.status).toBe(401);
    expect(JSON.parse(unbound.body)).toMatchObject({ reason: 'not_bound' });
    expect(reached).toBe(1);
  });

  it.each(['', 'a b', '[', 'x/y?z#', '%'])('has an answer to Host: %j', async (host) => {
    const keys = await generateKeyPair('ES256', { extractable: true });
    const publicJwk: JWK = await exportJWK(keys.publicKey);
    const token = await at.sign({ cnf: { jkt: await calculateJwkThumbprint(publicJwk) } });
    const proof = await createProof(
      { privateKey: keys.privateKey, publicJwk },
      { method: 'GET', url: audience },
      at.now(),
    );
    const answer = await call(api.port, [
      ['authorization', `DPoP ${token}`],
      ['dpop', proof],
      ['host', host],
    ]);
    expect([400, 401]).toContain(answer.status);
    expect(reached).toBe(0);
  });

  it('says 503, never 200 or 500, while the keys cannot be loaded', async () => {
    const down = await start({
      verify: verifier({ issuer, audience, now: at.now, fetch: () => Promise.reject(new TypeError('fetch failed')) }),
      requirements: {},
      cors,
      reached: count,
    });
    const answer = await call(down.port, [bearer(await at.sign())]);
    await down.close();
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('5');
    expect(reached).toBe(0);
  });
});
