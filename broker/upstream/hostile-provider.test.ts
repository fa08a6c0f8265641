import { createHash, randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { brokerInProcess, type InProcessBroker } from '../../test/broker/in-process.ts';
import { sessionCaller } from '../../test/broker/session-caller.ts';
import type { OktaUser } from '../../test/okta-like/model.ts';
import { createOktaLike } from '../../test/okta-like/okta.ts';
import { maxProviderBytes } from './provider-fetch.ts';

const org = 'https://p.example';
const redirectUri = 'https://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.chromiumapp.org/';
const upstreams = `  p: { issuer: "${org}/oauth2/default", client_id: c, client_secret: "\${SECRET}", preset: okta }`;
const [shop, api] = ['https://shop.example.com', 'https://api.example.com'];
const config = `extension: { chrome_ids: [aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa] }
resources:
  ${api}: { name: API, scopes: { read: Read }, lifetime: 5m, fresh: 10m }
origins:
  ${shop}: { name: Shop, consent: granted, allow: { "${api}": [read] } }`;
const ada: OktaUser = { id: '00u1', login: 'ada@example.com', password: 'engine-1843', name: 'Ada', groups: ['staff'] };
const random = () => randomBytes(32).toString('base64url');

let broker: InProcessBroker;
afterEach(() => broker.close());

/**
 * A broker, and a provider whose responses `answer` can override.
 *
 * @param path relative to the issuer, such as `/v1/token`
 */
async function at(answer: (path: string) => Response | undefined, { user = ada, more = '', pushed = false } = {}) {
  const client = { id: 'c', secret: 'of-this-test-only', redirectUris: [redirectUri] };
  const okta = await createOktaLike({ org, client, users: [user], now: () => broker.clock.now });
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const path = new URL(String(input)).pathname.replace('/oauth2/default', '');
    const response = answer(path) ?? (await okta.app.request(String(input), init));
    if (!pushed || path !== '/.well-known/openid-configuration') return response;
    const metadata = await response.json();
    return Response.json({ ...metadata, pushed_authorization_request_endpoint: `${okta.issuer}/v1/par` });
  };
  broker = await brokerInProcess(config, { fetch, upstreams: upstreams.replace('preset', `${more}preset`) });
  const { call } = await sessionCaller(broker);

  /** Signs in. @returns the broker's last response */
  const signIn = async () => {
    const [state, verifier] = [random(), random()];
    const code_challenge = createHash('sha256').update(verifier).digest('base64url');
    const begun = await call('/session/authorize', { redirect_uri: redirectUri, state, code_challenge });
    if (begun.status !== 200) return begun;
    const body = new URLSearchParams({ username: ada.login, password: ada.password });
    const back = await okta.app.request(begun.body.authorization_url ?? '', { method: 'POST', body });
    const code = new URL(back.headers.get('location') ?? '').searchParams.get('code');
    return call('/session', { state, code, code_verifier: verifier });
  };
  const token = async () => (await call('/session/token', { origin: shop, resource: api, scope: 'read' })).status;
  return { call, signIn, token };
}

it.each([
  ['discovery', '/.well-known/openid-configuration', 503],
  ['pushed authorization request', '/v1/par', 502],
  ['token', '/v1/token', 502],
  ['key set', '/v1/keys', 502],
])('an endless answer is read up to a limit, and no further: %s', async (_name, endless, status) => {
  let bytes = 0;
  const chunk = new TextEncoder().encode(' '.repeat(65_536));
  const body = () =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        bytes += chunk.byteLength;
        controller.enqueue(chunk);
      },
    });
  const headers = { 'Content-Type': 'application/json' };
  const answer = (path: string) =>
    path === endless ? new Response(body(), { status: path === '/v1/par' ? 201 : 200, headers }) : undefined;
  const { signIn } = await at(answer, { pushed: endless === '/v1/par' });
  expect((await signIn()).status).toBe(status);
  expect(bytes).toBeGreaterThan(maxProviderBytes);
  expect(bytes).toBeLessThan(maxProviderBytes + 10 * chunk.byteLength);
});

it('nobody is signed in whom the provider gives an empty sub', async () => {
  const { signIn } = await at(() => undefined, { user: { ...ada, id: '' } });
  expect(await signIn()).toMatchObject({ status: 502, body: { error: 'upstream_error' } });
});

it('a sign-in without a refresh token is warned of, with the cure', async () => {
  const { signIn } = await at(() => undefined, { more: 'scopes: [openid, profile], ' });
  expect((await signIn()).status).toBe(201);
  expect(logged('no_refresh_token')).toEqual([
    expect.stringMatching(/"upstream":"p","client":"latchkey-extension","cure":".*offline_access/),
  ]);
});

const userInfo = (groups: unknown) => (path: string) =>
  path === '/v1/userinfo' ? Response.json({ sub: ada.id, groups }) : undefined;

/** The groups of the user who signed in. */
const groupsOf = async ({ body }: Awaited<ReturnType<Awaited<ReturnType<typeof at>>['signIn']>>) => {
  const { sub } = body.account as unknown as { sub: string };
  return (await broker.deps.store.listSessions(sub))[0]?.claims.groups;
};
const logged = (event: string) => broker.logged.filter((line) => line.includes(`"event":"${event}"`));

describe('UserInfo that is of no use', () => {
  const jwt = { headers: { 'Content-Type': 'application/jwt' } };
  const kinds: [string, () => Response][] = [
    ['401', () => Response.json({ error: 'invalid_token' }, { status: 401 })],
    ['403 with a page', () => new Response('<h1>Forbidden</h1>', { status: 403 })],
    ['500', () => new Response('', { status: 500 })],
    ['a JWT', () => new Response('e30.e30.e30', jwt)],
    ['another sub', () => Response.json({ sub: 'somebody-else', groups: ['admins'] })],
  ];

  it.each(kinds)('signs in all the same, and nobody is in a group: %s', async (_what, userInfo) => {
    const { signIn, token } = await at((path) => (path === '/v1/userinfo' ? userInfo() : undefined));
    const signedIn = await signIn();
    expect(signedIn.status).toBe(201);
    expect(await groupsOf(signedIn)).toEqual([]);
    expect(logged('userinfo_unusable')).toEqual([expect.stringContaining('"upstream":"p","status":')]);
    // The same applies to each refresh.
    for (const _time of [1, 2]) {
      broker.clock.now += 3_600_000;
      expect(await token()).toBe(200);
    }
    expect(await groupsOf(signedIn)).toEqual([]);
  });

  it('for a while changes nothing at a refresh, and for good takes the groups', async () => {
    let answer: () => Response = () => Response.json({ sub: ada.id, groups: ['staff'] });
    const { signIn, token } = await at((path) => (path === '/v1/userinfo' ? answer() : undefined));
    const signedIn = await signIn();
    answer = () => new Response('', { status: 500 });
    broker.clock.now += 360_000;
    expect(await token()).toBe(200);
    expect(await groupsOf(signedIn)).toEqual(['p:staff']);
    answer = () => new Response('', { status: 403 });
    broker.clock.now += 3_600_000;
    expect(await token()).toBe(200);
    expect(await groupsOf(signedIn)).toEqual([]);
  });

  it('is not asked if the configuration says so', async () => {
    let asked = 0;
    const count = (path: string) => {
      if (path === '/v1/userinfo') asked += 1;
      return undefined;
    };
    const { signIn } = await at(count, { more: 'userinfo: off, ' });
    expect((await signIn()).status).toBe(201);
    expect(asked).toBe(0);
    expect(logged('userinfo_unusable')).toEqual([]);
  });
});

it('a group that comes as one text is a group', async () => {
  const { signIn } = await at(userInfo('staff'));
  expect(await groupsOf(await signIn())).toEqual(['p:staff']);
});

it('groups of a type that cannot be read are warned of once, and nobody is in one', async () => {
  const { signIn } = await at(userInfo({ staff: true }));
  for (const _time of [1, 2]) expect(await groupsOf(await signIn())).toEqual([]);
  expect(logged('groups_unreadable')).toEqual([expect.stringContaining('"upstream":"p","claim":"groups"')]);
});
