import { afterEach, describe, expect, it } from 'vitest';
import { verifier } from '../../../clients/api/index.ts';
import { auth0, groupsClaim, tooMany } from './auth0.ts';
import { ada, brokerAt, clientId, freshMs } from './broker-at.ts';

const slash = 'issuer: "https://acme.eu.auth0.com/", preset: auth0';
const noSlash = 'issuer: "https://acme.eu.auth0.com", preset: auth0';
const audience = 'https://api.example.com';

let at: Awaited<ReturnType<typeof brokerAt<ReturnType<typeof auth0>>>>;
afterEach(() => at.broker.close());
const start = async (upstream = slash, of: Omit<Parameters<typeof auth0>[0], 'now'> = {}) => {
  at = await brokerAt((now) => auth0({ now, ...of }), `${upstream}, groups_claim: "${groupsClaim}"`);
};

it.each([
  ['with', slash],
  ['without', noSlash],
])('an issuer configured %s its slash is the same provider', async (_what, upstream) => {
  await start(upstream);
  expect((await at.signIn()).status).toBe(201);
  expect((await at.refreshed()).status).toBe(200);
  const people = await at.broker.deps.store.findPeople(
    { issuer: 'https://acme.eu.auth0.com/', idpSub: `auth0|${ada.id}` },
    { limit: 2 },
  );
  expect(people).toHaveLength(1);
});

describe('groups', () => {
  it('come in the claim of an Action, at each refresh', async () => {
    await start();
    await at.signIn();
    expect(await at.groups()).toEqual(['p:staff']);
    expect((await at.staffToken()).status).toBe(200);
    expect((await at.refreshed()).status).toBe(200);
    expect(await at.groups()).toEqual(['p:staff']);
  });

  it('are none if groups_claim is a name that Auth0 drops', async () => {
    at = await brokerAt((now) => auth0({ now }), slash);
    await at.signIn();
    expect(await at.groups()).toEqual([]);
    expect((await at.staffToken()).status).toBe(403);
  });
});

describe('rotation', () => {
  const overlap = { overlapSeconds: 30 };

  it('follows the tokens', async () => {
    await start(`${slash}, refresh_leeway: 30s`, overlap);
    await at.signIn();
    for (const _turn of [1, 2, 3]) expect((await at.refreshed()).status).toBe(200);
    expect(at.provider.dialect.families.counts).toEqual({ rotations: 3, repeats: 0, reuses: 0 });
  });

  it('repeats a lost answer within the overlap period', async () => {
    await start(`${slash}, refresh_leeway: 30s`, overlap);
    await at.signIn();
    at.loseAnswer();
    expect((await at.refreshed()).status).toBe(503);
    expect((await at.refreshed(5_000)).status).toBe(200);
    expect(at.provider.dialect.families.counts).toEqual({ rotations: 1, repeats: 1, reuses: 0 });
  });

  it.each([
    ['after the overlap period', `${slash}, refresh_leeway: 30s`, 60_000],
    ['where there is none, as by default', slash, 5_000],
  ])('sends no used token %s, because that would end the family', async (_when, upstream, laterMs) => {
    await start(upstream, upstream === slash ? {} : overlap);
    await at.signIn();
    at.loseAnswer();
    await at.refreshed();
    expect(await at.refreshed(laterMs)).toMatchObject({ status: 401, body: { error: 'login_required' } });
    expect(at.provider.dialect.families.counts.reuses).toBe(0);
  });

  it('that ended the family, told with status 403, asks the person to sign in', async () => {
    await start();
    await at.signIn();
    at.provider.dialect.families.endAll();
    expect(await at.refreshed()).toMatchObject({ status: 401, body: { error: 'login_required' } });
    expect((await at.session()).body.session).toMatchObject({ state: 'reauth_required' });
    expect((await at.signIn()).status).toBe(201);
  });
});

it('permissions are what the verifier takes for scopes', async () => {
  const api = { audience, permissions: { [ada.login]: ['orders:read', 'orders:write'] } };
  await start(slash, { api });
  const scope = 'openid orders:read';
  const asked = new URLSearchParams({ audience, client_id: clientId, scope });
  const grant = { user: ada, scopes: scope.split(' '), authTime: 0, asked };
  const token = await at.provider.dialect.accessToken(grant, at.provider.sign);
  const verify = verifier({
    issuer: 'https://acme.eu.auth0.com/',
    audience,
    provider: 'auth0',
    clients: [clientId],
    fetch: (input, init) => at.provider.fetch(input, init),
    now: () => at.broker.clock.now,
  });
  const request = new Request(audience, { headers: { authorization: `Bearer ${token}` } });
  expect(await verify(request, { scopes: ['orders:write'] })).toMatchObject({ scope: 'orders:read orders:write' });
});

it('a blocked user is refused, and not signed in', async () => {
  await start(slash, { blocked: [ada.login] });
  const { back } = await at.signIn();
  expect(back?.get('error')).toBe('unauthorized');
  expect((await at.session()).status).toBe(401);
});

it('a rate limit is waited out until its reset, and costs nobody their sign-in', async () => {
  await start();
  await at.signIn();
  const resetMs = at.broker.clock.now + freshMs + 40_000;
  at.provider.instead.set(at.provider.dialect.endpoints.token, () => tooMany(at.broker.clock.now, resetMs));
  expect((await at.refreshed()).status).toBe(503);
  at.provider.instead.clear();
  expect((await at.refreshed(30_000)).status).toBe(503);
  expect((await at.refreshed(11_000)).status).toBe(200);
  expect(at.provider.seen.forms).toHaveLength(2);
});
