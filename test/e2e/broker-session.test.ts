import { readdir, readFile } from 'node:fs/promises';
import { calculateJwkThumbprint, createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProof } from '../../shared/dpop.ts';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { passTime } from './kit/pass-time.ts';
import { createSessionClient } from './kit/session-client.ts';

let broker: TestBroker;
let shop: string;
let notes: string;
let api: string;

beforeAll(async () => {
  broker = await startBrokerAndIdp();
  ({ shop, notes, api } = broker.origins);
});
afterAll(() => broker?.close());

const client = () => createSessionClient(broker.origins.broker, undefined, broker.origins.idp);
const signedIn = async (username?: string, password?: string) => {
  const session = await client();
  return { ...session, call: session.call, view: await session.signIn(username, password), session };
};

describe('signing in', () => {
  it('can be at a provider of one’s choice: who has a key is told which there are', async () => {
    const session = await client();
    const answer = await session.call('GET', '/session/upstreams');
    expect(answer).toMatchObject({ status: 200, body: { upstreams: ['example'] } });
    const { answer: chosen } = await session.authorize({ upstream: 'example', prompt: 'select_account' });
    expect(chosen.status).toBe(200);
    const { answer: unknown } = await session.authorize({ upstream: 'other' });
    expect(unknown).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
    expect((await fetch(`${broker.origins.broker}/session/upstreams`)).status).toBe(400);
  });

  it('opens a session bound to the key, with a constant __Host- cookie', async () => {
    const { session, view } = await signedIn();
    expect(view.account).toMatchObject({ name: 'Ada Lovelace', email: 'ada@example.com', upstream: 'example' });
    expect(view.account.sub).toMatch(/^[\w-]{22}$/);
    const before = session.cookie;
    expect(before).toMatch(/^__Host-lk-[\w-]{16}=[\w-]{22}\.[\w-]{22}$/);
    const read = await session.call('GET', '/session');
    expect(read.status).toBe(200);
    expect(session.cookie).toBe(before);
    const again = await session.call('GET', '/session', undefined, {
      headers: { 'If-None-Match': read.headers.get('ETag') ?? '' },
    });
    expect(again.status).toBe(304);
  });

  it('gives one person the same subject at every sign-in, and two people two', async () => {
    const [ada, adaAgain, grace] = [await signedIn(), await signedIn(), await signedIn('grace', 'compiler-1952')];
    expect(adaAgain.view.account.sub).toBe(ada.view.account.sub);
    expect(grace.view.account.sub).not.toBe(ada.view.account.sub);
  });

  it('takes a state once, from the key that began, with its verifier', async () => {
    const [session, other] = [await client(), await client()];
    const { answer, state, verifier } = await session.authorize();
    const redirect = await session.atProvider(answer.body.authorization_url, 'ada', 'engine-1843');
    const body = { state, code: redirect.get('code'), code_verifier: verifier, iss: redirect.get('iss') };
    const stolen = await other.call('POST', '/session', body);
    expect(stolen).toMatchObject({ status: 400, body: { error: 'invalid_transaction' } });
    const wrong = await session.call('POST', '/session', { ...body, code_verifier: 'A'.repeat(43) });
    expect(wrong.body.error).toBe('invalid_transaction');
    expect((await session.call('POST', '/session', body)).status).toBe(201);
    expect((await session.call('POST', '/session', body)).body.error).toBe('invalid_transaction');
  });

  it('refuses another issuer in the redirect (RFC 9207)', async () => {
    const session = await client();
    const { answer, state, verifier } = await session.authorize();
    const redirect = await session.atProvider(answer.body.authorization_url, 'ada', 'engine-1843');
    const body = { state, code: redirect.get('code'), code_verifier: verifier, iss: 'https://evil.example' };
    expect(await session.call('POST', '/session', body)).toMatchObject({
      status: 400,
      body: { error: 'invalid_request' },
    });
  });

  it('refuses every redirect_uri but those of listed extensions', async () => {
    const session = await client();
    const { answer } = await session.authorize({ redirect_uri: 'https://evil.example/' });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });

  it('ends the predecessor at the first call of the successor, not before', async () => {
    const { session } = await signedIn();
    const first = session.cookie;
    await session.signIn();
    const second = session.cookie;
    expect(second).not.toBe(first);
    expect((await session.call('GET', '/session', undefined, { cookie: first })).status).toBe(200);
    expect((await session.call('GET', '/session', undefined, { cookie: second })).status).toBe(200);
    expect((await session.call('GET', '/session', undefined, { cookie: first })).body.error).toBe('invalid_session');
  });
});

describe('proof of possession', () => {
  it('makes a stolen cookie worth nothing', async () => {
    const [{ session }, thief] = [await signedIn(), await client()];
    const theft = await thief.call('GET', '/session', undefined, { cookie: session.cookie });
    expect(theft).toMatchObject({ status: 401, body: { error: 'invalid_session' } });
    const [, value] = session.cookie.split('=');
    const jkt = await calculateJwkThumbprint(thief.keys.publicJwk);
    const renamed = await thief.call('GET', '/session', undefined, {
      cookie: `__Host-lk-${jkt.slice(0, 16)}=${value}`,
    });
    expect(renamed).toMatchObject({ status: 401, body: { error: 'invalid_session' } });
  });

  it('answers a call that is about another account than the session’s with nothing of either', async () => {
    const { session, view } = await signedIn();
    const about = (sub: string) => ({ headers: { 'Latchkey-Account': sub } });
    const consent = { origin: shop, resource: api, scope: 'orders:read' };
    const refused = { status: 403, body: { error: 'account_selection_required' } };
    for (const path of ['/session/consents', '/session/token']) {
      expect(await session.call('POST', path, consent, about('x'.repeat(22)))).toMatchObject(refused);
    }
    expect((await session.call('GET', '/session')).body.consents).toEqual([]);
    for (const path of ['/session/consents', '/session/token']) {
      expect((await session.call('POST', path, consent, about(view.account.sub))).status).toBe(200);
    }
    await session.call('DELETE', '/session/consents', { origin: shop });
  });

  it('refuses a proof for another URL, another method, twice, and without our nonce', async () => {
    const { session } = await signedIn();
    const elsewhere = await session.call('GET', '/session', undefined, { proofUrl: 'https://evil.example/session' });
    expect(elsewhere).toMatchObject({ status: 401, body: { error: 'invalid_dpop_proof' } });
    const target = { method: 'GET', url: `${broker.origins.broker}/session`, nonce: session.nonce };
    const proof = await createProof(session.keys, target, Date.now());
    expect((await session.call('GET', '/session', undefined, { proof })).status).toBe(200);
    expect((await session.call('GET', '/session', undefined, { proof })).body.error).toBe('invalid_dpop_proof');
    expect((await session.call('DELETE', '/session', undefined, { proof })).body.error).toBe('invalid_dpop_proof');
    const forged = await createProof(session.keys, { ...target, nonce: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }, Date.now());
    expect((await session.call('GET', '/session', undefined, { proof: forged })).body.error).toBe('use_dpop_nonce');
  });

  it('does not mind a clock that is an hour off', async () => {
    const { session } = await signedIn();
    for (const offset of [-3_600_000, 3_600_000]) {
      const target = { method: 'GET', url: `${broker.origins.broker}/session`, nonce: session.nonce };
      const proof = await createProof(session.keys, target, Date.now() + offset);
      expect((await session.call('GET', '/session', undefined, { proof })).status).toBe(200);
    }
  });

  it('writes nothing for strangers, whose keys and proofs cost them nothing', async () => {
    const stranger = await client();
    for (const [method, path] of [
      ['GET', '/session'],
      ['DELETE', '/session'],
      ['GET', '/session/events'],
    ] as const) {
      await stranger.call(method, path);
      const target = { method, url: `${broker.origins.broker}${path}`, nonce: stranger.nonce };
      const proof = await createProof(stranger.keys, target, Date.now());
      for (const use of ['first', 'second']) {
        const answer = await stranger.call(method, path, undefined, { proof });
        expect([use, answer.body.error]).toEqual([use, 'invalid_session']);
      }
    }
  });

  it('wants the client header, which no cross-site form can send', async () => {
    const { session } = await signedIn();
    const bare = await session.call('GET', '/session', undefined, { headers: { 'Latchkey-Client': '' } });
    expect(bare).toMatchObject({ status: 400, body: { error: 'invalid_request' } });
  });
});

describe('tokens', () => {
  const ask = (session: Awaited<ReturnType<typeof client>>, body: Record<string, unknown>) =>
    session.call('POST', '/session/token', { origin: notes, resource: api, scope: 'orders:read', ...body });

  it('are ES256 at+jwt for one origin and one resource', async () => {
    const { session, view } = await signedIn();
    const { status, body } = await ask(session, {});
    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', scope: 'orders:read', resource: api });
    expect(body.expires_in).toBeGreaterThan(3);
    expect(body.expires_in).toBeLessThanOrEqual(10);
    const jwks = await (await fetch(`${broker.origins.broker}/jwks`)).json();
    const { payload } = await jwtVerify(body.access_token, createLocalJWKSet(jwks), {
      issuer: broker.origins.broker,
      audience: api,
      typ: 'at+jwt',
      algorithms: ['ES256'],
    });
    expect(payload).toMatchObject({
      sub: view.account.sub,
      azp: notes,
      client_id: 'latchkey-extension',
      scope: 'orders:read',
      groups: ['example:staff', 'example:admins'],
      idp: broker.origins.idp,
      idp_sub: 'ada',
    });
    expect(payload.auth_time).toBeTypeOf('number');
  });

  it('want consent where the configuration says ask, and take it back at once', async () => {
    const { session } = await signedIn('grace', 'compiler-1952');
    const first = await ask(session, { origin: shop, scope: 'orders:read orders:write' });
    expect(first).toMatchObject({
      status: 403,
      body: { error: 'consent_required', scope: 'orders:read orders:write' },
    });
    await session.call('POST', '/session/consents', { origin: shop, resource: api, scope: 'orders:read' });
    expect((await ask(session, { origin: shop })).status).toBe(200);
    const more = await ask(session, { origin: shop, scope: 'orders:read orders:write' });
    expect(more).toMatchObject({ status: 403, body: { error: 'consent_required', scope: 'orders:write' } });
    const revoked = await session.call('DELETE', '/session/consents', { origin: shop });
    expect(revoked.body.consents).toEqual([]);
    expect((await ask(session, { origin: shop })).body.error).toBe('consent_required');
  });

  it('follow the policy: origin, resource, scope, group', async () => {
    const { session } = await signedIn('mallory', 'intruder-1988');
    expect((await ask(session, { origin: 'https://evil.example' })).body.error).toBe('access_denied');
    expect((await ask(session, { origin: shop })).body.error).toBe('access_denied');
    expect((await ask(session, { resource: 'https://other.example' })).body.error).toBe('invalid_target');
    expect((await ask(session, { scope: 'orders:write' })).body.error).toBe('invalid_scope');
    expect(
      (await session.call('POST', '/session/consents', { origin: shop, resource: api, scope: 'orders:read' })).body
        .error,
    ).toBe('access_denied');
    expect(
      (await session.call('GET', '/session')).body.policy.sites.map(({ origin }: { origin: string }) => origin),
    ).toEqual([notes]);
  });

  it('outlive the provider’s own: one rotation serves many requests at once', async () => {
    const { session } = await signedIn();
    const cookie = session.cookie;
    const rotations = broker.idp.counts.rotations;
    passTime(15_500);
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask(session, {})));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(200));
    expect(broker.idp.counts.rotations - rotations).toBe(1);
    expect(broker.idp.counts.reuses).toBe(0);
    expect(session.cookie).toBe(cookie);
    const { exp = 0, iat = 0 } = decodeJwt(answers[0]?.body.access_token);
    expect(exp - iat).toBe(10);
  });
});

describe('signing out', () => {
  it('ends the session here and the grant at the provider, and clears the cookie', async () => {
    const { session } = await signedIn();
    const cookie = session.cookie;
    const ended = await session.call('DELETE', '/session');
    expect(ended.status).toBe(200);
    expect(ended.body.logout_url).toMatch(new RegExp(`^${broker.origins.idp}`));
    expect(ended.headers.getSetCookie().join()).toMatch(/Max-Age=0/);
    // A caller with the cookie and the key learns that the session was ended. A caller without them learns nothing.
    expect((await session.call('GET', '/session', undefined, { cookie })).body).toMatchObject({
      error: 'invalid_session',
      ended: true,
    });
    const stranger = await (await client()).call('GET', '/session', undefined, { cookie });
    expect(stranger.body).not.toHaveProperty('ended');
  });

  it('for another session of the same account leaves a grant alone that the provider might not end alone', async () => {
    const { session } = await signedIn();
    const { revocations } = broker.idp.counts;
    const cookie = session.cookie;
    expect(
      (
        await session.call('DELETE', '/session?replaced=true', undefined, {
          proofUrl: `${broker.origins.broker}/session`,
        })
      ).status,
    ).toBe(200);
    expect((await session.call('GET', '/session', undefined, { cookie })).body.error).toBe('invalid_session');
    expect(broker.idp.counts.revocations).toBe(revocations);
  });

  it('works without the key that its refresh token is sealed with', async () => {
    const { session } = await signedIn();
    await broker.rows(`update sessions set ring_kid = 'gone'`);
    const cookie = session.cookie;
    expect((await session.call('DELETE', '/session')).status).toBe(200);
    expect((await session.call('GET', '/session', undefined, { cookie })).body.error).toBe('invalid_session');
    expect(broker.logged.filter((line) => line.includes('"not_opened"'))).toHaveLength(1);
  });
});

describe('bad input', () => {
  it('gets a stable code, and never a 500', async () => {
    const { session } = await signedIn();
    const cases = [
      [{ rawBody: '{' }, 400, 'invalid_request'],
      [{ rawBody: '[]' }, 400, 'invalid_request'],
      [{ rawBody: '{"origin":1}' }, 400, 'invalid_request'],
      [
        { rawBody: JSON.stringify({ origin: notes, resource: api, scope: 'orders:read', extra: 1 }) },
        400,
        'invalid_request',
      ],
      [{ rawBody: '{"__proto__":{"origin":"x"}}' }, 400, 'invalid_request'],
      [{ rawBody: 'x'.repeat(20_000) }, 413, 'payload_too_large'],
      [{ rawBody: '{}', headers: { 'Content-Type': 'text/plain' } }, 415, 'unsupported_media_type'],
      [{ rawBody: '{}', proof: 'not a proof' }, 401, 'invalid_dpop_proof'],
    ] as const;
    for (const [forged, status, error] of cases) {
      const answer = await session.call('POST', '/session/token', undefined, forged);
      expect(answer, JSON.stringify(forged).slice(0, 80)).toMatchObject({ status, body: { error } });
      expect(answer.body.error_description).toBeTypeOf('string');
      expect(answer.headers.get('X-Request-Id')).toMatch(/^[\da-f]{32}$/);
    }
    expect((await session.call('GET', '/session')).status).toBe(200);
    expect(broker.logged.filter((line) => line.includes('server_error'))).toEqual([]);
  });
});

describe('what is written down', () => {
  it('holds neither the refresh token nor the cookie: log and database', async () => {
    const { session } = await signedIn();
    const value = session.cookie.split('=')[1] ?? '';
    const refreshTokens = broker.idp.store.identifiers('RefreshToken');
    expect(refreshTokens.length).toBeGreaterThan(0);
    const tables = ['sessions', 'device_sessions', 'device_grants', 'page_sessions', 'transactions', 'audit', 'people'];
    const rows = await Promise.all(tables.map((table) => broker.rows(`select * from ${table}`)));
    // The files also contain overwritten data. PostgreSQL's files belong to its server.
    const files = (await readdir(broker.dir)).filter((name) => name.startsWith('latchkey.db'));
    const places = [
      broker.logged.join(),
      JSON.stringify(rows),
      ...(await Promise.all(files.map((name) => readFile(`${broker.dir}/${name}`, 'latin1')))),
    ];
    for (const secret of [value, ...value.split('.'), ...refreshTokens]) {
      for (const place of places) expect(place.includes(secret)).toBe(false);
    }
  });
});
