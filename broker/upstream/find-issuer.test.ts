import { createHash, randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { brokerInProcess, type InProcessBroker, issuer } from '../../test/broker/in-process.ts';
import { sessionCaller } from '../../test/broker/session-caller.ts';
import { createPerson } from '../../test/e2e/kit/person.ts';
import { createOktaLike } from '../../test/okta-like/okta.ts';
import { findIssuer } from './find-issuer.ts';
import type { Upstream } from './types.ts';

const redirectUri = 'https://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.chromiumapp.org/';
const site = 'https://shop.example.com';
const api = 'https://api.example.com';
const upstreams = (org: string) =>
  `  work: { issuer: "${org}/oauth2/default", client_id: c, client_secret: "\${SECRET}" }`;
const config = `extension: { chrome_ids: [aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa] }
resources:
  ${api}: { name: API, scopes: { read: Read }, lifetime: 5m, fresh: 10m }
origins:
  ${site}: { name: Shop, consent: granted, allow: { "${api}": [read] } }
devices:
  tv: { name: TV, allow: { "${api}": [read] } }`;

const [old, replaced] = ['https://old.example', 'https://new.example'];
const ada = { id: '00u1', login: 'ada@example.com', password: 'engine-1843', name: 'Ada', groups: [] };
const random = () => randomBytes(32).toString('base64url');

/** Every request to a provider's token or revocation endpoint, with its parameters. */
let sent: { to: string; form: URLSearchParams }[];
let fetch: typeof globalThis.fetch;
let broker: InProcessBroker;

beforeEach(async () => {
  sent = [];
  const now = () => broker.clock.now;
  const client = { id: 'c', secret: 'of-this-test-only', redirectUris: [redirectUri, `${issuer}/callback`] };
  const apps = new Map<string, Awaited<ReturnType<typeof createOktaLike>>['app']>();
  for (const org of [old, replaced]) apps.set(org, (await createOktaLike({ org, client, users: [ada], now })).app);
  fetch = async (input, init) => {
    const url = new URL(String(input));
    if (init?.method === 'POST') sent.push({ to: url.href, form: new URLSearchParams(String(init.body)) });
    const app = apps.get(url.origin);
    if (!app) throw new TypeError('fetch failed');
    return app.request(url, init);
  };
  broker = await brokerInProcess(config, { fetch, upstreams: upstreams(old) });
});
afterEach(() => broker.close());

/** The same store and keys, with a different issuer for the provider's name. */
const restart = async (org: string) => brokerInProcess(config, { fetch, upstreams: upstreams(org), before: broker });

const atProvider = async (url: string): Promise<string> => {
  const body = new URLSearchParams({ username: ada.login, password: ada.password });
  const answer = await fetch(url, { method: 'POST', body });
  sent = [];
  return new URL(answer.headers.get('location') ?? '').searchParams.get('code') ?? '';
};

async function begun() {
  const extension = await sessionCaller(broker);
  const [state, verifier] = [random(), random()];
  const code_challenge = createHash('sha256').update(verifier).digest('base64url');
  const asked = { upstream: 'work', redirect_uri: redirectUri, state, code_challenge };
  const { authorization_url: url = '' } = (await extension.call('/session/authorize', asked)).body;
  return { extension, answer: { state, code: await atProvider(url), code_verifier: verifier } };
}

async function signedIn() {
  const { extension, answer } = await begun();
  expect((await extension.call('/session', answer)).status).toBe(201);
  return extension;
}

function findsItself(configured: string, named: string): boolean {
  const upstream = { config: { issuer: configured } } as Upstream;
  return findIssuer(new Map([['work', upstream]]), { upstream: 'work', issuer: named }) === upstream;
}

const tokenRequest = { origin: site, resource: api, scope: 'read' };

describe('a provider whose issuer changes', () => {
  it('gets no refresh token of the one before: the person is told to sign in, and the grant waits', async () => {
    const extension = await signedIn();
    broker.clock.now += 3_600_000;
    sent = [];
    const moved = await restart(replaced);
    const refused = await extension.to(moved).call('/session/token', tokenRequest);
    expect(refused).toMatchObject({
      status: 401,
      body: {
        error: 'login_required',
        error_description: 'the identity provider of this sign-in was replaced; sign in again',
      },
    });
    expect(sent).toEqual([]);
    expect(moved.logged.join()).toContain('"event":"provider_replaced"');
    const putBack = await restart(old);
    expect((await extension.to(putBack).call('/session/token', tokenRequest)).status).toBe(200);
    expect(sent.map(({ to }) => to)).toEqual([`${old}/oauth2/default/v1/token`]);
  });

  it('hears nothing of a sign-out from a session of the one before', async () => {
    const extension = await signedIn();
    sent = [];
    const moved = await restart(replaced);
    const ended = await extension.to(moved).call('/session', undefined, 'DELETE');
    expect(ended).toEqual({ status: 200, body: {} });
    expect(sent).toEqual([]);
  });

  it('gets no refresh token of a device either, and the device is told why', async () => {
    const post = async (path: string, form: Record<string, string>, at = broker) => {
      const answer = await at.request(path, {
        method: 'POST',
        body: new URLSearchParams({ client_id: 'tv', ...form }),
      });
      return { status: answer.status, body: (await answer.json().catch(() => ({}))) as Record<string, string> };
    };
    const { user_code = '', device_code = '' } = (await post('/device_authorization', {})).body;
    const person = createPerson({ broker: issuer, idp: old }, [ada.login, ada.password], {}, undefined, (url, init) =>
      url.origin === issuer ? broker.request(url.href.slice(issuer.length), init) : fetch(url, init),
    );
    await person.decide(await person.enter(user_code), 'allow');
    const code = { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code };
    const { refresh_token = '' } = (await post('/token', code)).body;
    broker.clock.now += 3_600_000;
    sent = [];
    const moved = await restart(replaced);
    const refresh = { grant_type: 'refresh_token', refresh_token };
    expect(await post('/token', refresh, moved)).toEqual({
      status: 400,
      body: {
        error: 'invalid_grant',
        error_description: 'the identity provider of this sign-in was replaced; sign in again',
      },
    });
    expect(sent).toEqual([]);
    expect((await post('/token', refresh, await restart(old))).status).toBe(200);
    sent = [];
    expect((await post('/revoke', { token: refresh_token }, moved)).status).toBe(200);
    expect(sent).toEqual([]);
  });

  it('gets no code of a sign-in that began at the one before', async () => {
    const { extension, answer } = await begun();
    const moved = await restart(replaced);
    expect(await extension.to(moved).call('/session', answer)).toMatchObject({
      status: 400,
      body: { error: 'invalid_transaction' },
    });
    expect(sent).toEqual([]);
  });
});

it.each([
  ['https://idp.example', 'https://idp.example/'],
  ['https://idp.example/', 'https://idp.example'],
  ['https://idp.example/application/o/x', 'https://idp.example/application/o/x/'],
  ['https://idp.example/application/o/x/', 'https://idp.example/application/o/x'],
])('a provider configured as %s gets the refresh tokens of its issuer %s', (configured, named) => {
  expect(findsItself(configured, named)).toBe(true);
});

it.each([
  ['https://idp.example/realms/a', 'https://idp.example/realms/b'],
  ['https://idp.example/realms/a', 'https://idp.example/realms/a//'],
  ['https://idp.example/realms/a', 'https://idp.example/realms'],
  ['https://idp.example', 'http://idp.example'],
  ['https://idp.example', 'nonsense'],
])('a provider configured as %s gets no refresh token of %s', (configured, named) => {
  expect(findsItself(configured, named)).toBe(false);
});
