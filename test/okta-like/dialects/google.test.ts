import { afterEach, describe, expect, it } from 'vitest';
import { ada, brokerAt } from './broker-at.ts';
import { google } from './google.ts';

const scopes = 'scopes: [openid, profile, email]';
const preset = `issuer: "https://accounts.google.com", preset: google, ${scopes}`;

let at: Awaited<ReturnType<typeof brokerAt<ReturnType<typeof google>>>>;
afterEach(() => at.broker.close());
const start = async (upstream = preset, users = [ada]) => {
  at = await brokerAt(() => google(), upstream, users);
};

it('a sign-in asks for consent, and so gets a refresh token that stays the same', async () => {
  await start();
  expect((await at.signIn()).status).toBe(201);
  expect(at.logged('no_refresh_token')).toEqual([]);
  for (const _time of [1, 2]) expect((await at.refreshed()).status).toBe(200);
  const [, first, second] = at.provider.seen.forms.map((form) => form.get('refresh_token'));
  expect(first).toMatch(/^1\/\//);
  expect(second).toBe(first);
});

it('scopes that every other preset has, as by default, do not reach Google', async () => {
  await start('issuer: "https://accounts.google.com", preset: google');
  expect((await at.signIn()).status).toBe(201);
  expect(at.provider.seen.authorizations[0]?.get('scope')).toBe('openid profile email');
});

it('without the preset there is no refresh token, and the log says so', async () => {
  await start(`issuer: "https://accounts.google.com", ${scopes}`);
  expect((await at.signIn()).status).toBe(201);
  expect(at.logged('no_refresh_token')).toMatchObject([{ upstream: 'p' }]);
});

it('a lost answer is repeated at any later time', async () => {
  await start();
  await at.signIn();
  at.loseAnswer();
  expect((await at.refreshed()).status).toBe(503);
  expect((await at.refreshed(3_600_000)).status).toBe(200);
});

describe('hd', () => {
  const of = (hd: string) => `${preset}, authorization_params: { hd: "${hd}" }`;
  const eve = { ...ada, id: 'id-of-eve', login: 'eve@elsewhere.example' };
  const personal = { ...ada, id: 'id-of-personal', login: 'ada@gmail.com' };

  it.each(['acme.example', 'ACME.example', '*'])('%s: Google and the broker let the domain in', async (hd) => {
    await start(of(hd));
    expect((await at.signIn()).status).toBe(201);
    expect(at.provider.seen.authorizations[0]?.get('hd')).toBe(hd);
    expect((await at.refreshed()).status).toBe(200);
  });

  it.each([
    ['of another domain', 'acme.example', eve],
    ['of none', 'acme.example', personal],
    ['of none, where any will do', '*', personal],
  ])('signs in nobody with an account %s, although Google does', async (_what, hd, user) => {
    await start(of(hd), [user]);
    expect(await at.signIn(user.login)).toMatchObject({ status: 403, body: { error: 'access_denied' } });
    expect((await at.session()).status).toBe(401);
  });

  it('that is set later asks those who are signed in with another account to sign in again', async () => {
    await start(preset, [eve]);
    await at.signIn(eve.login);
    const { upstreams } = at.broker.deps.config;
    for (const config of upstreams.values()) Object.assign(config.authorizationParams, { hd: 'acme.example' });
    expect(await at.refreshed()).toMatchObject({ status: 401, body: { error: 'login_required' } });
  });
});

it('there are no groups, and a site for a group opens for nobody', async () => {
  await start();
  await at.signIn();
  expect(await at.groups()).toEqual([]);
  expect((await at.staffToken()).status).toBe(403);
  expect((await at.token()).status).toBe(200);
});

it('access that the person removed asks them to sign in', async () => {
  await start();
  await at.signIn();
  at.provider.dialect.endAll();
  expect(await at.refreshed()).toMatchObject({ status: 401, body: { error: 'login_required' } });
});
