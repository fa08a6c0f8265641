import { afterEach, describe, expect, it } from 'vitest';
import { ada, brokerAt } from './broker-at.ts';
import { entra, entraError, needsFactor, secretExpired, tenant } from './entra.ts';

const host = 'https://login.microsoftonline.com';
const v2 = `issuer: "${host}/${tenant}/v2.0", preset: entra`;

let at: Awaited<ReturnType<typeof brokerAt<ReturnType<typeof entra>>>>;
afterEach(() => at.broker.close());
const start = async (upstream = v2, of: Parameters<typeof entra>[0] = {}, users = [ada]) => {
  at = await brokerAt(() => entra(of), upstream, users);
};

describe('the issuers', () => {
  it.each([
    ['v2', 2, v2],
    [
      'v1',
      1,
      `issuer: "https://sts.windows.net/${tenant}/", discovery_url: "${host}/${tenant}/.well-known/openid-configuration", preset: entra`,
    ],
  ] as const)('%s: people sign in and stay signed in', async (_name, version, upstream) => {
    await start(upstream, { version });
    expect((await at.signIn()).status).toBe(201);
    expect((await at.refreshed()).status).toBe(200);
    expect(await at.groups()).toEqual(['p:staff']);
  });

  it.each([
    ['v1’s metadata below the address of v2', `${host}/${tenant}`],
    ['a template for many tenants', `${host}/common/v2.0`],
  ])('%s signs nobody in', async (_name, issuer) => {
    await start(`issuer: "${issuer}", preset: entra`);
    expect(await at.signIn()).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
    expect(at.provider.seen.authorizations).toEqual([]);
  });
});

describe('groups', () => {
  const many = { ...ada, groups: Array.from({ length: 201 }, (_, n) => `group-${n}`) };

  it('are told up to 200', async () => {
    await start(v2, {}, [{ ...ada, groups: [...many.groups.slice(0, 199), 'staff'] }]);
    await at.signIn();
    expect(await at.groups()).toHaveLength(200);
    expect((await at.staffToken()).status).toBe(200);
    expect(at.logged('groups_overage')).toEqual([]);
  });

  it('left out because there are more than 200 are said to be that, and open nothing', async () => {
    await start(v2, {}, [many]);
    await at.signIn();
    expect(await at.groups()).toEqual([]);
    expect(at.logged('groups_overage')).toMatchObject([{ upstream: 'p', idp_sub: ada.id }]);
    expect((await at.staffToken()).status).toBe(403);
    expect((await at.refreshed()).status).toBe(200);
    expect(at.logged('groups_overage')).toHaveLength(2);
  });

  it('as app roles have names, and no overage', async () => {
    const roles = { [ada.login]: ['staff'] };
    await start(`${v2}, groups_claim: roles`, { roles }, [many]);
    await at.signIn();
    expect(await at.groups()).toEqual(['p:staff']);
    expect((await at.staffToken()).status).toBe(200);
    expect(at.logged('groups_overage')).toEqual([]);
  });
});

describe('a refresh', () => {
  it('whose answer was lost is repeated at any later time, because the old token stays valid', async () => {
    await start();
    await at.signIn();
    at.loseAnswer();
    expect((await at.refreshed()).status).toBe(503);
    expect((await at.refreshed(3_600_000)).status).toBe(200);
    const [, first, second] = at.provider.seen.forms.map((form) => form.get('refresh_token'));
    expect(second).toBe(first);
  });

  it('that needs a second factor asks the person to sign in, and their session stays', async () => {
    await start();
    await at.signIn();
    at.provider.instead.set(at.provider.dialect.endpoints.token, needsFactor);
    expect(await at.refreshed()).toMatchObject({ status: 401, body: { error: 'login_required' } });
    expect(await at.session()).toMatchObject({ status: 200, body: { session: { state: 'reauth_required' } } });
    const said = expect.stringMatching(/^AADSTS50076: Due to .* multi-factor authentication/);
    expect(at.logged('reauth_required')).toMatchObject([{ why: 'invalid_grant', provider_error_description: said }]);
    at.provider.instead.clear();
    expect((await at.signIn()).status).toBe(201);
    expect((await at.token()).status).toBe(200);
  });

  it('after a password change, or “Revoke sessions”, asks the person to sign in', async () => {
    await start();
    await at.signIn();
    at.provider.instead.set(at.provider.dialect.endpoints.token, () =>
      entraError(400, 'invalid_grant', 50173, 'The provided grant has expired due to it being revoked.'),
    );
    expect(await at.refreshed()).toMatchObject({ status: 401, body: { error: 'login_required' } });
  });
});

describe('a client secret that has expired', () => {
  it('is the operator’s matter: nobody loses their sign-in, and the log has the code', async () => {
    await start();
    await at.signIn();
    at.provider.instead.set(at.provider.dialect.endpoints.token, secretExpired);
    expect((await at.refreshed()).status).toBe(503);
    expect((await at.session()).body.session).toMatchObject({ state: 'active' });
    expect(at.broker.logged.join('\n')).toMatch(/invalid_client.*AADSTS7000222/);
    at.provider.instead.clear();
    expect((await at.refreshed()).status).toBe(200);
  });

  it('costs no request if the new one is configured beside it', async () => {
    await start(`${v2}, client_secret: ["\${HOOK_SECRET}", "\${SECRET}"]`);
    expect((await at.signIn()).status).toBe(201);
    expect((await at.refreshed()).status).toBe(200);
    expect(at.logged('client_credentials_refused')).toMatchObject([{ upstream: 'p', status: 401, used: 'second' }]);
  });
});

it('a person who may not sign in is sent back, and is not signed in', async () => {
  // https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#error-response
  const error = { error: 'access_denied', error_description: 'the user canceled the authentication' };
  at = await brokerAt(() => ({ ...entra(), refusesPerson: () => error }), v2);
  const { back } = await at.signIn();
  expect(back?.get('error')).toBe('access_denied');
  expect((await at.session()).status).toBe(401);
});
