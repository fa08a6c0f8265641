import { createHash, randomBytes } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { postForm } from './kit/device-flow.ts';
import { passTime } from './kit/pass-time.ts';
import { createPerson } from './kit/person.ts';
import { fieldOf } from './kit/visitor.ts';

let broker: TestBroker;
let issuer: string;

beforeAll(async () => {
  broker = await startBrokerAndIdp();
  issuer = broker.origins.broker;
});
afterAll(() => broker?.close());

const redirectUri = 'http://127.0.0.1:51004/callback';
const verifier = randomBytes(32).toString('base64url');

function requestUrl(changes: Record<string, string | undefined> = {}): URL {
  const url = new URL(`${issuer}/authorize`);
  const params = {
    client_id: 'cli',
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: 'openid orders:read',
    state: 'st4te',
    nonce: 'n0nce',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...changes,
  };
  for (const [name, value] of Object.entries(params)) if (value !== undefined) url.searchParams.set(name, value);
  return url;
}

const newPerson = () => createPerson(broker.origins);
const answerOf = ({ url }: { url: URL }) => Object.fromEntries(url.searchParams);

async function codeOf(changes: Record<string, string> = {}): Promise<string> {
  const person = newPerson();
  const { url } = await person.decideNative(await person.open(requestUrl(changes)), 'allow');
  expect(`${url.origin}${url.pathname}`).toBe(changes.redirect_uri ?? redirectUri);
  return url.searchParams.get('code') ?? '';
}

const redeem = (code: string, changes: Record<string, string> = {}) =>
  postForm(`${issuer}/token`, {
    grant_type: 'authorization_code',
    client_id: 'cli',
    redirect_uri: redirectUri,
    code_verifier: verifier,
    code,
    ...changes,
  });
const refresh = (token: string) =>
  postForm(`${issuer}/token`, { grant_type: 'refresh_token', client_id: 'cli', refresh_token: token });

describe('GET /authorize (RFC 8252)', () => {
  it('always asks, also whoever is signed in already, and echoes state beside iss', async () => {
    const person = newPerson();
    await person.decideNative(await person.open(requestUrl()), 'allow');
    const again = await person.open(requestUrl());
    expect(again.text).toContain('An app on this computer');
    expect(again.text).toContain('/assets/armed-buttons.js');
    expect(again.headers.get('Content-Security-Policy')).toContain("script-src 'self'");
    expect(answerOf(await person.decideNative(again, 'allow'))).toMatchObject({ state: 'st4te', iss: issuer });
  });

  it('takes any port of the loopback addresses', async () => {
    for (const uri of ['http://[::1]:1/callback', 'http://127.0.0.1:65535/callback', 'http://127.0.0.1/callback']) {
      const confirmation = await newPerson().open(requestUrl({ redirect_uri: uri }));
      expect(confirmation.text, uri).toContain('An app on this computer');
    }
  });

  it.each([
    ['no client', { client_id: undefined }],
    ['an unlisted client', { client_id: 'nobody' }],
    ['no redirect', { redirect_uri: undefined }],
    ['another path', { redirect_uri: 'http://127.0.0.1:51004/other' }],
    ['another host', { redirect_uri: 'http://127.0.0.1.evil.test:51004/callback' }],
    ['a name that resolves to somewhere', { redirect_uri: 'http://localhost:51004/callback' }],
    ['credentials before the host', { redirect_uri: 'http://127.0.0.1:51004@evil.test/callback' }],
    ['a query', { redirect_uri: 'http://127.0.0.1:51004/callback?x=1' }],
    ['a fragment', { redirect_uri: 'http://127.0.0.1:51004/callback#x' }],
    ['https', { redirect_uri: 'https://127.0.0.1:51004/callback' }],
    ['no port that there is', { redirect_uri: 'http://127.0.0.1:99999/callback' }],
  ])('sends nobody anywhere with %s, and says so on a page', async (_, changes) => {
    const { status, url, text } = await newPerson().visitor.visit(requestUrl(changes));
    expect({ status, at: url.origin }).toEqual({ status: 400, at: issuer });
    expect(text).toContain('Something went wrong');
  });

  it.each([
    ['unsupported_response_type', { response_type: 'token' }],
    ['invalid_request', { response_type: undefined }],
    ['invalid_request', { code_challenge: undefined }],
    ['invalid_request', { code_challenge_method: 'plain' }],
    ['invalid_request', { response_mode: 'fragment' }],
    ['invalid_request', { max_age: 'long' }],
    ['unauthorized_client', { client_id: 'tv' }],
    ['invalid_scope', { scope: 'billing:write' }],
    ['invalid_target', { resource: 'https://other.example' }],
    ['interaction_required', { prompt: 'none' }],
    ['request_not_supported', { request: 'x' }],
    ['request_uri_not_supported', { request_uri: 'https://evil.test' }],
  ])('tells the program of %s for %j', async (error, changes) => {
    const answer = answerOf(await newPerson().visitor.visit(requestUrl(changes)));
    expect(answer).toMatchObject({ error, state: 'st4te', iss: issuer });
  });

  it('takes a form like a query (OpenID Connect Core §3.1.2.1)', async () => {
    const person = newPerson();
    const url = requestUrl({ state: 'a b&c=ü' });
    const page = await person.signIn(await person.visitor.visit(`${issuer}/authorize`, answerOf({ url })));
    expect(page.text).toContain('An app on this computer');
    expect(answerOf(await person.decideNative(page, 'allow'))).toMatchObject({ state: 'a b&c=ü', iss: issuer });
    const wrong = answerOf({ url: requestUrl({ scope: 'billing:write' }) });
    expect(answerOf(await person.visitor.visit(`${issuer}/authorize`, wrong))).toMatchObject({
      error: 'invalid_scope',
    });
    const json = await fetch(`${issuer}/authorize`, { method: 'POST', body: '{}', redirect: 'manual' });
    expect(json.status).toBe(400);
  });

  it('refuses parameters that are there twice', async () => {
    const twice = (name: string) => {
      const url = requestUrl();
      url.searchParams.append(name, 'other');
      return newPerson().visitor.visit(url);
    };
    expect((await twice('client_id')).status).toBe(400);
    expect((await twice('redirect_uri')).status).toBe(400);
    expect(answerOf(await twice('scope'))).toMatchObject({ error: 'invalid_request' });
  });

  it.each(['deny', 'report'] as const)('tells the program of a refusal: %s', async (action) => {
    const person = newPerson();
    const answer = answerOf(await person.decideNative(await person.open(requestUrl()), action));
    expect(answer).toMatchObject({ error: 'access_denied', state: 'st4te', iss: issuer });
    expect(answer).not.toHaveProperty('code');
  });

  it('stays denied if the person chooses "Deny" while "Allow" is at the provider', async () => {
    let deny: (() => Promise<unknown>) | undefined;
    const person = createPerson(broker.origins, undefined, {}, async ({ pathname }) => {
      if (pathname !== '/callback' || !deny) return;
      const denied = deny;
      deny = undefined;
      expect(await denied()).toMatchObject({ error: 'access_denied' });
    });
    const question = await person.open(requestUrl());
    deny = async () => answerOf(await person.decideNative(question, 'deny'));
    const answer = answerOf(await person.decideNative(question, 'allow'));
    expect(deny).toBeUndefined();
    expect(answer).toMatchObject({ error: 'access_denied', state: 'st4te', iss: issuer });
    expect(answer).not.toHaveProperty('code');
  });

  it('stays allowed if the person chooses "Deny" too late', async () => {
    const person = newPerson();
    const question = await person.open(requestUrl());
    expect(answerOf(await person.decideNative(question, 'allow'))).toHaveProperty('code');
    const late = await person.decideNative(question, 'deny');
    expect(late.url.pathname).toBe('/result');
    expect(late.status).toBe(200);
  });

  it('lets another person sign in instead', async () => {
    const person = newPerson();
    const login = await person.decideNative(await person.open(requestUrl()), 'switch_account');
    expect(login.url.origin).toBe(broker.origins.idp);
    const left = await person.visitor.visit(login.url, { username: 'grace', password: 'compiler-1952' });
    // The provider ends the previous user's session with a form that the browser submits automatically.
    const end = { xsrf: fieldOf(left.text, 'xsrf'), logout: 'yes' };
    const other = await person.visitor.visit(`${broker.origins.idp}/session/end/confirm`, end);
    expect(other.text).toContain('Grace Hopper');
  });

  it('takes decisions from the browser alone that was asked', async () => {
    const [ada, other] = [newPerson(), newPerson()];
    const confirmation = await ada.open(requestUrl());
    await other.open(requestUrl());
    expect((await other.decideNative(confirmation, 'allow')).status).toBe(403);
  });
});

describe('an authorization code', () => {
  it('gives tokens once; its second use ends what the first one gave', async () => {
    const code = await codeOf();
    const first = await redeem(code);
    expect(first.status).toBe(200);
    expect(decodeJwt(first.body.id_token)).toMatchObject({ iss: issuer, aud: 'cli', nonce: 'n0nce' });
    expect(await redeem(code)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    expect(await refresh(first.body.refresh_token)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
  });

  it('is redeemed at most once, however many try, and then nobody keeps anything', async () => {
    const code = await codeOf();
    const answers = await Promise.all(Array.from({ length: 20 }, () => redeem(code)));
    const given = answers.filter(({ status }) => status === 200);
    expect(given.length).toBeLessThanOrEqual(1);
    for (const { body } of given) expect((await refresh(body.refresh_token)).status).toBe(400);
  });

  it('belongs to its client, its redirect and its verifier', async () => {
    const code = await codeOf();
    const others: Record<string, string>[] = [
      { redirect_uri: 'http://127.0.0.1:51005/callback' },
      { code_verifier: randomBytes(32).toString('base64url') },
      { client_id: 'tv' },
    ];
    for (const changes of others) {
      expect(await redeem(code, changes)).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });
    }
    expect((await redeem(code, { code_verifier: '' })).body.error).toBe('invalid_request');
    expect((await redeem('x'.repeat(43))).body.error).toBe('invalid_grant');
    expect((await redeem(code)).status).toBe(200);
  });

  it('is no device code', async () => {
    const deviceCode = 'urn:ietf:params:oauth:grant-type:device_code';
    const form = { grant_type: deviceCode, client_id: 'cli', device_code: await codeOf() };
    expect((await postForm(`${issuer}/token`, form)).body.error).toBe('invalid_grant');
  });

  it('is over after a minute', async () => {
    const code = await codeOf();
    passTime(60_001);
    expect((await redeem(code)).body.error).toBe('invalid_grant');
  });

  it('is sealed: the store does not hold it', async () => {
    const code = await codeOf();
    const rows = await broker.rows('select * from device_grants');
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(code);
    expect(JSON.stringify(rows)).not.toContain(verifier);
  });
});

it('a native client lives through a restart of the broker between any two steps', async () => {
  const person = newPerson();
  const login = await person.visitor.visit(requestUrl());
  await broker.restart();
  const confirmation = await person.signIn(login);
  await broker.restart();
  const { url } = await person.decideNative(confirmation, 'allow');
  await broker.restart();
  const { body } = await redeem(url.searchParams.get('code') ?? '');
  await broker.restart();
  expect((await refresh(body.refresh_token)).status).toBe(200);
});
