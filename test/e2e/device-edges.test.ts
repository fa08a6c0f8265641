import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { beginDevice, pollDevice, postForm, refreshDevice } from './kit/device-flow.ts';
import { passTime } from './kit/pass-time.ts';
import { createPerson } from './kit/person.ts';
import { fieldOf } from './kit/visitor.ts';

const deviceCodeGrant = 'urn:ietf:params:oauth:grant-type:device_code';

let broker: TestBroker;
let issuer: string;

beforeAll(async () => {
  broker = await startBrokerAndIdp((config) => {
    config.trusted_proxies = ['127.0.0.0/8', '::1/128'];
  });
  issuer = broker.origins.broker;
});
afterAll(() => broker?.close());

const newPerson = () => createPerson(broker.origins);

async function audit(type: string): Promise<{ sub: string; detail: string }[]> {
  const rows = await broker.rows('select sub, detail from audit where type = ? order by seq', type);
  return rows as { sub: string; detail: string }[];
}

/** A device that has signed in. @param scope as it asks for it, and repeats it */
async function signedIn(scope?: string, clientId = 'tv') {
  const asked: Record<string, string> = scope === undefined ? {} : { scope };
  const started = (await postForm(`${issuer}/device_authorization`, { client_id: clientId, ...asked })).body;
  const person = newPerson();
  const confirmation = await person.enter(started.user_code);
  await person.decide(confirmation, 'allow');
  const form = { grant_type: deviceCodeGrant, client_id: clientId, device_code: started.device_code };
  return { confirmation, ...(await postForm(`${issuer}/token`, { ...form, ...asked })) };
}

const userInfo = (token: string | undefined, init: RequestInit = {}) =>
  fetch(`${issuer}/userinfo`, { ...init, headers: token === undefined ? {} : { authorization: `Bearer ${token}` } });

describe('a device code', () => {
  it('expires: the device is told, and the page finds nothing', async () => {
    const started = await beginDevice(issuer, 'tv');
    passTime(600_000);
    expect(await pollDevice(issuer, 'tv', started.device_code)).toMatchObject({
      status: 400,
      body: { error: 'expired_token' },
    });
    expect((await newPerson().enter(started.user_code)).text).toContain('That code isn’t valid or has expired');
  });

  it('that has expired before the person decides leads to a page that says so, and one that was decided to that decision', async () => {
    const person = newPerson();
    const decided = await person.enter((await beginDevice(issuer, 'tv')).user_code);
    for (const _time of [1, 2, 3]) {
      expect(await person.decide(decided, 'deny')).toMatchObject({
        status: 200,
        text: expect.stringContaining('Sign-in denied'),
      });
    }
    const old = await person.enter((await beginDevice(issuer, 'tv')).user_code);
    passTime(600_000);
    for (const action of ['deny', 'allow'] as const) {
      expect(await person.decide(old, action)).toMatchObject({
        status: 400,
        text: expect.stringContaining('has expired'),
      });
    }
  });

  it('expires after it was allowed, too, when nobody fetched it', async () => {
    const started = await beginDevice(issuer, 'tv');
    const person = newPerson();
    await person.decide(await person.enter(started.user_code), 'allow');
    passTime(600_000);
    expect((await pollDevice(issuer, 'tv', started.device_code)).body.error).toBe('expired_token');
  });

  it('that nobody of this house started is erased and reported', async () => {
    const started = await beginDevice(issuer, 'tv');
    const person = newPerson();
    const done = await person.decide(await person.enter(started.user_code), 'report');
    expect(done.text).toContain('administrator’s log');
    expect((await pollDevice(issuer, 'tv', started.device_code)).body.error).toBe('access_denied');
    const [reported] = await audit('device.reported');
    expect(JSON.parse(reported?.detail ?? '')).toMatchObject({ client: 'tv', address: expect.any(String) });
  });
});

describe("the form of a device's question", () => {
  it.each(['allow', 'deny', 'switch_account'] as const)(
    "answers no program's question: at /authorize/decision, %s decides nothing",
    async (action) => {
      const started = await beginDevice(issuer, 'tv');
      const person = newPerson();
      const confirmation = await person.enter(started.user_code);
      expect((await person.decideNative(confirmation, action)).status).toBeLessThan(500);
      expect((await pollDevice(issuer, 'tv', started.device_code)).body.error).toBe('authorization_pending');
    },
  );
});

describe('another network', () => {
  /** The header in which the reverse proxy reports the client address. */
  const from = (address: string) => ({ 'x-forwarded-for': address });

  async function begin(address: string) {
    const body = new URLSearchParams({ client_id: 'tv' });
    const answer = await fetch(`${issuer}/device_authorization`, { method: 'POST', body, headers: from(address) });
    return (await answer.json()) as { user_code: string; device_code: string };
  }

  it('makes the provider ask for a sign-in that would have gone through unseen', async () => {
    const person = newPerson();
    await person.enter((await beginDevice(issuer, 'tv')).user_code);
    const form = await person.visitor.visit(`${issuer}/device`);
    const { user_code } = await begin('203.0.113.7');
    const login = await person.visitor.visit(form.url, { csrf: fieldOf(form.text, 'csrf'), user_code });
    expect(login.url.origin).toBe(broker.origins.idp);
    expect(login.text).toContain('password');
    const confirmation = await person.signIn(login);
    expect(confirmation.text).toContain('a different network');
    expect(confirmation.text).toContain('203.0.113.7');
  });

  it('is none within the same one', async () => {
    const person = newPerson();
    await person.enter((await beginDevice(issuer, 'tv')).user_code);
    const confirmation = await person.enter((await beginDevice(issuer, 'tv')).user_code);
    expect(confirmation.text).toContain('same network');
  });
});

describe('sign-in on the pages', () => {
  it('can be finished only by the browser that began it: login CSRF', async () => {
    const [attacker, victim] = [newPerson(), newPerson()];
    const form = await attacker.visitor.visit(`${issuer}/device`);
    const sent = { csrf: fieldOf(form.text, 'csrf'), user_code: (await beginDevice(issuer, 'tv')).user_code };
    const stopped = createPerson({ ...broker.origins, broker: broker.origins.idp });
    const login = await attacker.visitor.visit(form.url, sent);
    // The attacker signs in and passes the redirect to another user.
    const cookies = attacker.visitor.cookies(new URL(broker.origins.idp).host);
    for (const [name, value] of cookies) stopped.visitor.cookies(new URL(broker.origins.idp).host).set(name, value);
    const redirect = await stopped.visitor.visit(login.url, { username: 'mallory', password: 'intruder-1988' });
    expect(redirect.url.pathname).toBe('/callback');
    const victims = await victim.visitor.visit(redirect.url);
    expect(victims.status).toBe(400);
    expect(victims.text).not.toContain('Mallory');
  });

  it('gives the browser a new session: one that was planted before is worth nothing after', async () => {
    const person = newPerson();
    const host = new URL(issuer).host;
    const form = await person.visitor.visit(`${issuer}/device`);
    const planted = person.visitor.cookies(host).get('__Host-lk-page') ?? '';
    const confirmation = await person.enter((await beginDevice(issuer, 'tv')).user_code);
    expect(person.visitor.cookies(host).get('__Host-lk-page')).not.toBe(planted);
    const thief = newPerson();
    thief.visitor.cookies(host).set('__Host-lk-page', planted);
    expect((await thief.visitor.visit(`${issuer}/account`)).url.origin).toBe(broker.origins.idp);
    const decision = {
      csrf: fieldOf(form.text, 'csrf'),
      ticket: fieldOf(confirmation.text, 'ticket'),
      action: 'allow',
    };
    expect((await thief.visitor.visit(`${issuer}/device/decision`, decision)).status).toBe(400);
    expect((await person.decide(confirmation, 'allow')).text).toContain('You’re signed in');
  });
});

describe('"Use a different account" on the page of the code', () => {
  it('has the next sign-in ask who it is, and whoever kept the cookie is nobody', async () => {
    const person = newPerson();
    const host = new URL(issuer).host;
    await person.enter((await beginDevice(issuer, 'tv')).user_code);
    const page = await person.visitor.visit(`${issuer}/device`);
    expect(page.text).toContain('Signed in as');
    const kept = person.visitor.cookies(host).get('__Host-lk-page') ?? '';
    const left = await person.press(page, '/signout', 'none');
    expect(left.text).not.toContain('Signed in as');
    const { user_code } = await beginDevice(issuer, 'tv');
    const login = await person.visitor.visit(left.url, { csrf: fieldOf(left.text, 'csrf'), user_code });
    expect(login.url.origin).toBe(broker.origins.idp);
    const thief = newPerson();
    thief.visitor.cookies(host).set('__Host-lk-page', kept);
    expect((await thief.visitor.visit(`${issuer}/account`)).url.origin).toBe(broker.origins.idp);
  });
});

describe('scopes', () => {
  it('that were not asked for are not given: openid alone opens UserInfo, and no API', async () => {
    const { body, confirmation } = await signedIn('openid profile email');
    expect(confirmation.text).toContain('See your name');
    expect(confirmation.text).not.toContain('See your orders');
    expect(body.scope).toBe('openid profile email');
    expect(decodeJwt(body.access_token).aud).toBe(`${issuer}/userinfo`);
    expect(decodeJwt(body.id_token)).toMatchObject({ iss: issuer, aud: 'tv', name: 'Ada Lovelace' });
    expect(await (await userInfo(body.access_token)).json()).toMatchObject({ email: 'ada@example.com' });
  });

  it('that come uninvited or are unknown are left out', async () => {
    const { body } = await signedIn('profile email orders:read nonsense');
    expect(body.scope).toBe('orders:read');
    expect(body).not.toHaveProperty('id_token');
    const without = await signedIn('profile');
    expect(without.body.scope).toBe('orders:read');
  });

  it('are narrowed at refresh, never widened, and come back', async () => {
    const { body } = await signedIn('openid email orders:read orders:write', 'cli');
    const narrow = await postForm(`${issuer}/token`, {
      grant_type: 'refresh_token',
      client_id: 'cli',
      refresh_token: body.refresh_token,
      scope: 'orders:read billing:write',
      unknown: 'parameter',
    });
    expect(narrow.body.scope).toBe('orders:read');
    expect(narrow.body).not.toHaveProperty('id_token');
    expect(decodeJwt(narrow.body.access_token).aud).toBe(broker.origins.api);
    const again = await refreshDevice(issuer, 'cli', narrow.body.refresh_token);
    expect(again.body.scope.split(' ').sort()).toEqual(['email', 'openid', 'orders:read', 'orders:write']);
  });

  it('groups are told whom they are asked for', async () => {
    const { body } = await signedIn('openid groups');
    expect(decodeJwt(body.id_token)).toMatchObject({ groups: ['example:staff', 'example:admins'] });
    expect(decodeJwt(body.id_token)).not.toHaveProperty('name');
  });
});

describe('the refresh token', () => {
  it('has a grace of a minute that does not slide', async () => {
    const { body } = await signedIn();
    const next = await refreshDevice(issuer, 'tv', body.refresh_token);
    passTime(40_000);
    expect((await refreshDevice(issuer, 'tv', body.refresh_token)).body.refresh_token).toBe(next.body.refresh_token);
    passTime(30_000);
    expect((await refreshDevice(issuer, 'tv', body.refresh_token)).body.error).toBe('invalid_grant');
    expect((await refreshDevice(issuer, 'tv', next.body.refresh_token)).body.error).toBe('invalid_grant');
  });
});

describe('UserInfo', () => {
  it('refuses with the challenges of RFC 6750', async () => {
    const api = (await signedIn('orders:read')).body.access_token;
    const cases: [string | undefined, number, string][] = [
      [undefined, 401, 'Bearer'],
      ['nonsense', 401, 'error="invalid_token"'],
      [api, 403, 'error="insufficient_scope"'],
    ];
    for (const [token, status, challenge] of cases) {
      const answer = await userInfo(token);
      expect(answer.status).toBe(status);
      expect(answer.headers.get('www-authenticate')).toContain(challenge);
      expect(await answer.json()).toHaveProperty('error');
    }
  });

  it('answers POST as well, and nothing once the device is gone', async () => {
    const { body } = await signedIn('openid');
    expect((await userInfo(body.access_token, { method: 'POST' })).status).toBe(200);
    await postForm(`${issuer}/revoke`, { client_id: 'tv', token: body.refresh_token });
    expect((await userInfo(body.access_token)).headers.get('www-authenticate')).toContain('invalid_token');
  });
});

describe('clients', () => {
  const basic = (credentials: string) =>
    fetch(`${issuer}/device_authorization`, {
      method: 'POST',
      body: new URLSearchParams({ scope: 'orders:read' }),
      headers: { authorization: `Basic ${Buffer.from(credentials).toString('base64')}` },
    });

  it('may give their id by Basic with an empty secret, and no other', async () => {
    expect((await basic('tv:')).status).toBe(200);
    const secret = await basic('tv:guess');
    expect(await secret.json()).toMatchObject({ error: 'invalid_client' });
    expect(secret.headers.get('www-authenticate')).toContain('Basic');
    expect((await basic('nobody:')).status).toBe(401);
    const two = await fetch(`${issuer}/device_authorization`, {
      method: 'POST',
      body: new URLSearchParams({ client_id: 'cli' }),
      headers: { authorization: `Basic ${Buffer.from('tv:').toString('base64')}` },
    });
    expect(await two.json()).toMatchObject({ error: 'invalid_request' });
  });

  it('are not registered by request, and are told so', async () => {
    const answer = await fetch(`${issuer}/register`, { method: 'POST', body: '{"redirect_uris":[]}' });
    expect(answer.status).toBe(404);
    const body = (await answer.json()) as { error_description: string };
    expect(body.error_description).toContain('dynamic client registration is not supported');
  });

  it('find everything in the discovery document, and nothing that is not there', async () => {
    const answer = await fetch(`${issuer}/.well-known/openid-configuration`);
    const metadata = (await answer.json()) as Record<string, unknown>;
    // The metadata that OpenID Connect Discovery §3 requires.
    expect(metadata).toMatchObject({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      userinfo_endpoint: `${issuer}/userinfo`,
      jwks_uri: `${issuer}/jwks`,
      scopes_supported: expect.arrayContaining(['openid', 'orders:read']),
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256', 'ES256'],
      end_session_endpoint: `${issuer}/logout`,
      code_challenge_methods_supported: ['S256'],
    });
    expect(metadata).not.toHaveProperty('registration_endpoint');
    for (const [name, url] of Object.entries(metadata)) {
      if (!name.endsWith('_endpoint') && name !== 'jwks_uri') continue;
      const there = await fetch(String(url), { method: name === 'jwks_uri' ? 'GET' : 'POST' });
      expect(there.status, name).not.toBe(404);
    }
    const oauth = await fetch(`${issuer}/.well-known/oauth-authorization-server`);
    expect(await oauth.json()).toEqual(metadata);
  });
});
