import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { passTime } from './kit/pass-time.ts';
import { createVisitor, fieldOf, type Visit, type Visitor } from './kit/visitor.ts';

const deviceCode = 'urn:ietf:params:oauth:grant-type:device_code';

let broker: TestBroker;
let issuer: string;

beforeAll(async () => {
  broker = await startBrokerAndIdp();
  issuer = broker.origins.broker;
});
afterAll(() => broker?.close());

const newVisitor = () => createVisitor([broker.origins.broker, broker.origins.idp]);

async function post(path: string, form: Record<string, string>) {
  const answer = await fetch(`${issuer}${path}`, { method: 'POST', body: new URLSearchParams(form) });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, body: text === '' ? undefined : JSON.parse(text) };
}

const begin = async (clientId = 'tv') => (await post('/device_authorization', { client_id: clientId })).body;
const poll = (code: string, clientId = 'tv') =>
  post('/token', { grant_type: deviceCode, device_code: code, client_id: clientId });
const refresh = (token: string, clientId = 'tv') =>
  post('/token', { grant_type: 'refresh_token', refresh_token: token, client_id: clientId });

/** Enters the code, and signs in if needed. @returns the next page */
async function enter(
  visitor: Visitor,
  userCode: string,
  [username, password] = ['ada', 'engine-1843'],
): Promise<Visit> {
  const form = await visitor.visit(`${issuer}/device?user_code=${userCode}`);
  const next = await visitor.visit(form.url, { csrf: fieldOf(form.text, 'csrf'), user_code: userCode });
  return next.url.origin === broker.origins.idp
    ? visitor.visit(next.url, { username: username ?? '', password: password ?? '' })
    : next;
}

const decide = (visitor: Visitor, confirmation: Visit, action: 'allow' | 'deny') =>
  visitor.visit(`${issuer}/device/decision`, {
    csrf: fieldOf(confirmation.text, 'csrf'),
    ticket: fieldOf(confirmation.text, 'ticket'),
    action,
  });

async function signedInDevice() {
  const visitor = newVisitor();
  const started = await begin();
  const done = await decide(visitor, await enter(visitor, started.user_code), 'allow');
  expect(done.text).toContain('You’re signed in');
  return { visitor, started, tokens: (await poll(started.device_code)).body };
}

describe('the device flow (RFC 8628)', () => {
  it('goes code, sign-in, comparison, confirmation, and gives the device a grant of its own', async () => {
    const visitor = newVisitor();
    const started = await begin();
    expect(started).toMatchObject({ interval: 5, expires_in: 600, verification_uri: `${issuer}/device` });
    expect(started.user_code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    expect((await poll(started.device_code)).body.error).toBe('authorization_pending');
    const confirmation = await enter(visitor, started.user_code.toLowerCase().replace('-', ' '));
    for (const fact of [
      'Living-room TV',
      'Ada Lovelace',
      'ada@example.com',
      'See your orders',
      started.user_code,
      'just now',
      'same network',
    ]) {
      expect(confirmation.text).toContain(fact);
    }
    const done = await decide(visitor, confirmation, 'allow');
    expect(done).toMatchObject({ status: 200 });
    const { status, body, headers } = await poll(started.device_code);
    expect(status).toBe(200);
    expect(headers.get('Cache-Control')).toBe('no-store');
    expect(body).toMatchObject({ token_type: 'Bearer', scope: 'orders:read' });
    expect(decodeJwt(body.access_token)).toMatchObject({
      aud: broker.origins.api,
      client_id: 'tv',
      scope: 'orders:read',
      idp_sub: 'ada',
    });
    expect((await poll(started.device_code)).body.error).toBe('invalid_grant');
  });

  it('redeems once, however many polls come at the same time', async () => {
    const visitor = newVisitor();
    const started = await begin();
    await decide(visitor, await enter(visitor, started.user_code), 'allow');
    const answers = await Promise.all(Array.from({ length: 40 }, () => poll(started.device_code)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(new Set(answers.filter(({ status }) => status !== 200).map(({ body }) => body.error))).toEqual(
      new Set(['invalid_grant']),
    );
  });

  it('tells the device of a denial, and the person has the last word once', async () => {
    const visitor = newVisitor();
    const started = await begin();
    const confirmation = await enter(visitor, started.user_code);
    expect((await decide(visitor, confirmation, 'deny')).text).toContain('Sign-in denied');
    expect(await poll(started.device_code)).toMatchObject({ status: 400, body: { error: 'access_denied' } });
    for (const action of ['deny', 'allow', 'deny'] as const)
      expect((await decide(visitor, confirmation, action)).text).toContain('Sign-in denied');
    expect((await poll(started.device_code)).body.error).toBe('access_denied');
  });

  it('slows down who polls too fast, never the first poll, and recovers', async () => {
    const started = await begin();
    expect((await poll(started.device_code)).body.error).toBe('authorization_pending');
    expect((await poll(started.device_code)).body.error).toBe('slow_down');
    passTime(9_200);
    expect((await poll(started.device_code)).body.error).toBe('authorization_pending');
  });

  it('keeps a code to its client', async () => {
    const started = await begin('tv');
    expect((await poll(started.device_code, 'cli')).body.error).toBe('invalid_grant');
    expect((await poll('x'.repeat(43))).body.error).toBe('invalid_grant');
    expect((await poll(started.device_code)).body.error).toBe('authorization_pending');
  });

  it('refuses bad requests with RFC codes', async () => {
    const cases: [string, Record<string, string>, number, string][] = [
      ['/device_authorization', {}, 400, 'invalid_request'],
      ['/device_authorization', { client_id: 'nobody' }, 401, 'invalid_client'],
      ['/device_authorization', { client_id: 'tv', scope: 'orders:write' }, 400, 'invalid_scope'],
      ['/device_authorization', { client_id: 'tv', resource: 'https://other.example' }, 400, 'invalid_target'],
      ['/token', { client_id: 'tv' }, 400, 'invalid_request'],
      ['/token', { client_id: 'tv', grant_type: 'password' }, 400, 'unsupported_grant_type'],
      ['/token', { client_id: 'tv', grant_type: deviceCode }, 400, 'invalid_request'],
      ['/token', { client_id: 'tv', grant_type: 'refresh_token', refresh_token: 'nonsense' }, 400, 'invalid_grant'],
      ['/revoke', { client_id: 'tv' }, 400, 'invalid_request'],
    ];
    for (const [path, form, status, error] of cases)
      expect(await post(path, form)).toMatchObject({ status, body: { error } });
    const twice = await fetch(`${issuer}/token`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: 'client_id=tv&client_id=cli&grant_type=refresh_token',
    });
    expect(await twice.json()).toMatchObject({ error: 'invalid_request' });
    const get = await fetch(`${issuer}/token`);
    expect(get.status).toBe(405);
    expect(get.headers.get('Allow')).toBe('POST');
  });
});

describe('the page', () => {
  it('fills the code in from the link and submits nothing', async () => {
    const visitor = newVisitor();
    const { text } = await visitor.visit(`${issuer}/device?user_code=bcdf-ghjk`);
    expect(fieldOf(text, 'user_code')).toBe('BCDF-GHJK');
    const hostile = await visitor.visit(
      `${issuer}/device?user_code=${encodeURIComponent('"><script>alert(1)</script>')}`,
    );
    expect(hostile.text).not.toContain('<script>');
  });

  it('compares nothing before somebody has signed in', async () => {
    const visitor = newVisitor();
    const form = await visitor.visit(`${issuer}/device`);
    const wrong = await visitor.visit(form.url, { csrf: fieldOf(form.text, 'csrf'), user_code: 'BCDF-GHJK' });
    const right = await visitor.visit(form.url, {
      csrf: fieldOf(form.text, 'csrf'),
      user_code: (await begin()).user_code,
    });
    expect(wrong.url.origin).toBe(broker.origins.idp);
    expect(right.url.origin).toBe(broker.origins.idp);
    expect(wrong.url.pathname.split('/')[1]).toBe(right.url.pathname.split('/')[1]);
  });

  it('gives each person ten guesses an hour, and others go on', async () => {
    const visitor = newVisitor();
    const grace: [string, string] = ['grace', 'compiler-1952'];
    const statuses: number[] = [];
    for (let guess = 0; guess < 12; guess += 1) statuses.push((await enter(visitor, 'ZZZZ-ZZZZ', grace)).status);
    expect(statuses).toEqual([...Array(10).fill(400), 429, 429]);
    const started = await begin();
    expect((await enter(visitor, started.user_code, grace)).status).toBe(429);
    expect((await enter(newVisitor(), started.user_code)).status).toBe(200);
  });

  it('refuses forms of another browser: CSRF token, ticket, state', async () => {
    const [ada, other] = [newVisitor(), newVisitor()];
    const started = await begin();
    const confirmation = await enter(ada, started.user_code);
    await enter(other, (await begin()).user_code, ['grace', 'compiler-1952']);
    expect((await decide(other, confirmation, 'allow')).status).toBe(403);
    const bare = await newVisitor().visit(`${issuer}/device`, { user_code: started.user_code });
    expect(bare.status).toBe(403);
    const fixed = await newVisitor().visit(`${issuer}/callback?state=${'x'.repeat(43)}&code=y`);
    expect(fixed.status).toBe(400);
    expect((await poll(started.device_code)).body.error).toBe('authorization_pending');
  });

  it('carries a strict policy and may not be framed', async () => {
    const { headers } = await newVisitor().visit(`${issuer}/device`);
    expect(headers.get('Content-Security-Policy')).toContain("default-src 'none'");
    expect(headers.get('Content-Security-Policy')).toContain("frame-ancestors 'none'");
    expect(headers.get('Cache-Control')).toBe('no-store');
  });

  it('lets its own script run where it has a button that grants something', async () => {
    const visitor = newVisitor();
    const question = await enter(visitor, (await begin()).user_code);
    for (const { text, headers } of [question, await visitor.visit(`${issuer}/account`)]) {
      expect(text).toContain('/assets/armed-buttons.js');
      expect(headers.get('Content-Security-Policy')).toContain("script-src 'self'");
    }
    expect(question.text).toMatch(/value="allow" data-armed>/);
  });
});

describe('the refresh token', () => {
  it('rotates; a lost answer gets the same successor, and reuse later ends the family', async () => {
    const { tokens } = await signedInDevice();
    const first = await refresh(tokens.refresh_token);
    const again = await refresh(tokens.refresh_token);
    expect(first.status).toBe(200);
    expect(first.body.refresh_token).not.toBe(tokens.refresh_token);
    expect(again.body.refresh_token).toBe(first.body.refresh_token);
    const second = await refresh(first.body.refresh_token);
    expect(second.status).toBe(200);
    // Two generations old. A lost response can't explain that.
    expect((await refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
    expect((await refresh(second.body.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('gives two shells at once one successor', async () => {
    const { tokens } = await signedInDevice();
    const answers = await Promise.all(Array.from({ length: 8 }, () => refresh(tokens.refresh_token)));
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(200));
    expect(new Set(answers.map(({ body }) => body.refresh_token)).size).toBe(1);
  });

  it('belongs to its client, and ends by revocation (RFC 7009)', async () => {
    const { tokens } = await signedInDevice();
    expect((await refresh(tokens.refresh_token, 'cli')).body.error).toBe('invalid_grant');
    expect(await post('/revoke', { client_id: 'tv', token: 'unknown' })).toMatchObject({ status: 200, body: {} });
    expect((await post('/revoke', { client_id: 'tv', token: tokens.refresh_token })).status).toBe(200);
    expect((await refresh(tokens.refresh_token)).body.error).toBe('invalid_grant');
  });

  it('asks the provider again when what is known is too old, one rotation for all', async () => {
    const { tokens } = await signedInDevice();
    passTime(15_500);
    const rotations = broker.idp.counts.rotations;
    const answers = await Promise.all(Array.from({ length: 5 }, () => refresh(tokens.refresh_token)));
    expect(answers.map(({ status }) => status)).toEqual(Array(5).fill(200));
    expect(broker.idp.counts.rotations - rotations).toBe(1);
    expect(broker.idp.counts.reuses).toBe(0);
  });
});
