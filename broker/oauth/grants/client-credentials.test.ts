import { createProof } from '@latchkey/shared/dpop.ts';
import { createLocalJWKSet, decodeJwt, exportJWK, generateKeyPair, type JWK, jwtVerify, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { brokerInProcess, type InProcessBroker, issuer } from '../../../test/broker/in-process.ts';
import { goodToken, hostileTokens } from '../../../test/e2e/kit/hostile-tokens.ts';
import { hashChosenSecret, newSecret, secretMatches } from '../client-authentication/client-secret.ts';

const api = 'https://api.example.com';
const bound = 'https://bound.example.com';
const { secret, hash } = newSecret();
let broker: InProcessBroker;
let keys: Awaited<ReturnType<typeof generateKeyPair>>;

beforeAll(async () => {
  keys = await generateKeyPair('ES256');
  broker = await brokerInProcess(`
resources:
  ${api}: { name: API, scopes: { read: Read, write: Write }, lifetime: 5m }
  ${bound}: { name: Bound, scopes: { read: Read }, dpop: required }
services:
  nightly: { allow: { ${api}: [read] }, secret_hash: "${hash}" }
  batch: { allow: { ${api}: [read, write], ${bound}: [read] }, public_jwk: ${JSON.stringify(await exportJWK(keys.publicKey))} }
  orders-api: { introspect: [${api}], secret_hash: "${hash}" }`);
});
afterAll(() => broker.close());

const seconds = () => Math.floor(broker.clock.now / 1_000);
const basic = (id: string, password: string) => ({
  Authorization: `Basic ${Buffer.from(`${id}:${password}`).toString('base64')}`,
});
async function post(
  path: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
  from = '203.0.113.9',
) {
  const answer = await broker.request(path, { method: 'POST', body: new URLSearchParams(form), headers, from });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, body: text.startsWith('{') ? JSON.parse(text) : text };
}
const grant = { grant_type: 'client_credentials' };

interface Assertion {
  aud?: string | string[];
  iss?: string;
  sub?: string;
  exp?: number;
  jti?: string;
  key?: typeof keys.privateKey;
  alg?: string;
}
async function assertion(change: Assertion = {}) {
  const { aud = issuer, iss = 'batch', sub = 'batch', exp = seconds() + 60, jti = crypto.randomUUID() } = change;
  const jwt = await new SignJWT({ aud, iss, sub, exp, jti })
    .setProtectedHeader({ alg: change.alg ?? 'ES256', kid: 'whatever' })
    .sign(change.key ?? keys.privateKey);
  return {
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: jwt,
  };
}

describe('a secret', () => {
  it('matches its own hash alone, fast or slow', async () => {
    const chosen = await hashChosenSecret('correct horse');
    expect(await secretMatches(secret, hash)).toBe(true);
    expect(await secretMatches(newSecret().secret, hash)).toBe(false);
    expect(await secretMatches('correct horse', chosen)).toBe(true);
    expect(await secretMatches('correct hors', chosen)).toBe(false);
  });
});

describe('client credentials', () => {
  it('give a token in the service’s own name', async () => {
    const { status, body } = await post('/token', grant, basic('nightly', secret));
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', expires_in: 300, scope: 'read' });
    expect(Object.keys(body)).not.toContain('refresh_token');
    expect(decodeJwt(body.access_token)).toMatchObject({
      sub: 'svc:nightly',
      client_id: 'nightly',
      aud: api,
      scope: 'read',
      exp: seconds() + 300,
    });
  });

  it('are taken from the form, and by assertion for either audience', async () => {
    expect((await post('/token', { ...grant, client_id: 'nightly', client_secret: secret })).status).toBe(200);
    for (const aud of [issuer, `${issuer}/token`]) {
      expect((await post('/token', { ...grant, resource: api, ...(await assertion({ aud })) })).status).toBe(200);
    }
  });

  it.each<[string, Record<string, string>, string]>([
    ['a scope it may not have', { scope: 'read write' }, 'invalid_scope'],
    ['a resource it may not have', { resource: bound }, 'invalid_target'],
    ['a resource that nobody has', { resource: 'https://nobody.example' }, 'invalid_target'],
  ])('refuse %s', async (_, form, error) => {
    expect(await post('/token', { ...grant, ...form }, basic('nightly', secret))).toMatchObject({
      status: 400,
      body: { error },
    });
  });

  it('want the resource where there are several', async () => {
    expect((await post('/token', { ...grant, ...(await assertion()) })).body.error).toBe('invalid_target');
  });

  it.each<[string, Assertion]>([
    ['for somebody else', { aud: 'https://other.example' }],
    ['for several', { aud: [issuer, 'https://other.example'] }],
    ['of another issuer', { iss: 'nightly' }],
    ['that has expired', { exp: 1_799_999_900 }],
    ['that lives for a day', { exp: 1_800_086_400 }],
  ])('refuse an assertion %s', async (_, change) => {
    const answer = await post('/token', { ...grant, resource: api, ...(await assertion(change)) });
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
  });

  it('refuse an assertion by another key, by a shared secret, and a second time', async () => {
    const { privateKey } = await generateKeyPair('ES256');
    const forged = [
      await assertion({ key: privateKey }),
      await assertion({ key: new TextEncoder().encode(secret) as never, alg: 'HS256' }),
    ];
    for (const form of forged) {
      expect((await post('/token', { ...grant, resource: api, ...form })).body.error).toBe('invalid_client');
    }
    const once = await assertion();
    expect((await post('/token', { ...grant, resource: api, ...once })).status).toBe(200);
    expect((await post('/token', { ...grant, resource: api, ...once })).body.error_description).toContain('jti');
  });

  it('say the same of an unknown service as of a wrong secret', async () => {
    const [unknown, wrong] = [
      await post('/token', grant, basic('nobody', secret), '203.0.113.50'),
      await post('/token', grant, basic('nightly', 'wrong'), '203.0.113.50'),
    ];
    expect(unknown).toMatchObject({ status: 401, text: wrong.text });
    expect(wrong.headers.get('www-authenticate')).toMatch(/^Basic /);
  });

  it.each<[string, Record<string, string>, Record<string, string>, string]>([
    ['none', {}, {}, 'invalid_client'],
    ['two', { client_id: 'nightly', client_secret: secret }, basic('nightly', secret), 'invalid_request'],
    ['one of another method', { client_id: 'batch', client_secret: secret }, {}, 'invalid_client'],
    ['one for another client_id', { client_id: 'batch' }, basic('nightly', secret), 'invalid_request'],
    ['one that is no Basic', {}, { Authorization: 'Basic ???' }, 'invalid_client'],
  ])('want one authentication, not %s', async (_, form, headers, error) => {
    expect((await post('/token', { ...grant, ...form }, headers, '203.0.113.51')).body.error).toBe(error);
  });

  it('are bound to a key where the resource wants that', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const pair = { privateKey, publicJwk: await exportJWK(publicKey) };
    const send = async (nonce?: string) => {
      const target = { method: 'POST', url: `${issuer}/token` };
      const DPoP = await createProof(pair, { ...target, nonce }, broker.clock.now);
      return post('/token', { ...grant, resource: bound, ...(await assertion()) }, { DPoP });
    };
    const bare = await post('/token', { ...grant, resource: bound, ...(await assertion()) });
    expect(bare).toMatchObject({ status: 400, body: { error: 'invalid_dpop_proof' } });
    const first = await send();
    expect(first).toMatchObject({ status: 400, body: { error: 'use_dpop_nonce' } });
    const { body, headers } = await send(first.headers.get('dpop-nonce') ?? '');
    expect(headers.get('dpop-nonce')).toEqual(expect.any(String));
    expect(body.token_type).toBe('DPoP');
    expect(decodeJwt(body.access_token).cnf).toEqual({ jkt: expect.any(String) });
  });

  it('tell who guesses to wait, and stay open to right ones at the same address', async () => {
    const from = '203.0.113.99';
    const wrong = [() => basic('nightly', 'guess'), () => basic('nobody', secret)];
    for (const headers of wrong)
      for (let attempt = 0; attempt < 30; attempt += 1)
        expect((await post('/token', grant, headers(), from)).status).toBe(401);
    const { privateKey: key } = await generateKeyPair('ES256');
    for (let attempt = 0; attempt < 30; attempt += 1) {
      expect((await post('/token', { ...grant, resource: api, ...(await assertion({ key })) }, {}, from)).status).toBe(
        401,
      );
    }
    for (const answer of [
      await post('/token', grant, basic('nightly', 'guess'), from),
      await post('/token', grant, basic('nobody', secret), from),
      await post('/token', { ...grant, resource: api, ...(await assertion({ key })) }, {}, from),
    ]) {
      expect(answer.status).toBe(429);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect((await post('/token', grant, basic('nightly', secret), from)).status).toBe(200);
    expect((await post('/token', { ...grant, resource: api, ...(await assertion()) }, {}, from)).status).toBe(200);
  });
});

describe('introspection', () => {
  const ask = (token: string, headers: Record<string, string> = {}) =>
    post('/introspect', { token }, { ...basic('orders-api', secret), ...headers }, '203.0.113.60');
  const tokenOf = async (form: Record<string, string> = {}) =>
    (await post('/token', { ...grant, ...form }, basic('nightly', secret))).body.access_token as string;

  it('tells an API what the token says', async () => {
    const { status, body, headers } = await ask(await tokenOf());
    expect([status, headers.get('cache-control')]).toEqual([200, 'no-store']);
    expect(body).toMatchObject({ active: true, token_type: 'Bearer', sub: 'svc:nightly', scope: 'read', aud: api });
  });

  it('says nothing more of a token that is for somebody else, of an ended session, or none', async () => {
    const common = { sub: 'ada', client_id: 'latchkey-extension', scope: 'read', exp: seconds() + 60 };
    const { minter } = broker.deps;
    for (const token of [
      await minter.accessToken({ ...common, aud: bound }),
      await minter.accessToken({ ...common, aud: api, sid: 'no-such-session' }),
      await minter.accessToken({ ...common, aud: api, sub: 'svc:gone' }),
      await minter.idToken({ ...common, aud: api }),
      'x',
    ]) {
      expect((await ask(token)).text).toBe('{"active":false}');
    }
  });

  it('answers in a signed JWT where that is asked for', async () => {
    const { text, headers } = await ask(await tokenOf(), { Accept: 'application/token-introspection+jwt' });
    expect(headers.get('content-type')).toBe('application/token-introspection+jwt');
    const jwks = (await (await broker.request('/jwks')).json()) as { keys: JWK[] };
    const { payload } = await jwtVerify(text, createLocalJWKSet(jwks), {
      typ: 'token-introspection+jwt',
      issuer,
      audience: 'orders-api',
      currentDate: new Date(broker.clock.now),
    });
    expect(payload.token_introspection).toMatchObject({ active: true, sub: 'svc:nightly' });
    const inactive = await ask('x', { Accept: 'application/token-introspection+jwt' });
    expect(decodeJwt(inactive.text).token_introspection).toEqual({ active: false });
    // A signed introspection response is not an access token.
    expect((await ask(text)).text).toBe('{"active":false}');
  });

  it('wants the caller to authenticate', async () => {
    const answer = await post('/introspect', { token: await tokenOf() }, {}, '203.0.113.61');
    expect(answer).toMatchObject({ status: 401, body: { error: 'invalid_client' } });
    expect((await post('/introspect', {}, basic('orders-api', secret))).body.error).toBe('invalid_request');
  });

  it('finds nothing in hostile tokens', async () => {
    const { kid, privateKey } = await broker.deps.keys.current();
    const claims = { ...decodeJwt(await tokenOf()) };
    const options = { claims, kid, privateKey, now: broker.clock.now };
    expect((await ask(goodToken(options))).body.active).toBe(true);
    const all = hostileTokens(options);
    const results: Record<string, string> = {};
    for (const { name, token } of all) {
      const { status, text } = await ask(token);
      results[name] = `${status} ${status === 200 ? text : ''}`;
    }
    const refused = (length: number) => (length > 16_000 ? '413 ' : '200 {"active":false}');
    expect(results).toEqual(Object.fromEntries(all.map(({ name, token }) => [name, refused(token.length)])));
  });
});

describe('metadata (RFC 8414)', () => {
  it('names the endpoint and the methods', async () => {
    const document = await (await broker.request('/.well-known/oauth-authorization-server')).json();
    expect(document).toMatchObject({
      introspection_endpoint: `${issuer}/introspect`,
      introspection_signing_alg_values_supported: ['ES256'],
      grant_types_supported: expect.arrayContaining(['client_credentials']),
      token_endpoint_auth_methods_supported: expect.arrayContaining(['private_key_jwt', 'client_secret_basic']),
    });
  });
});
