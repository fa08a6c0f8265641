import { randomUUID } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { createPerson } from './kit/person.ts';
import { logoutEvent, providerToken } from './kit/provider-token.ts';
import { createSessionClient } from './kit/session-client.ts';

const oktaSecret = 'an-okta-secret-of-this-test-only';
/** A user whose provider returns extreme values. */
const bobby = {
  username: 'bobby',
  password: 'tables-1327',
  name: 'Bobby\0 \uD83D 😀 Tables',
  email: 'bobby\0\uDE00@example.com',
  groups: ['staff', 'a\0b', '\uD83D', '', '😀', 'x'.repeat(600)],
};

let broker: TestBroker;
let issuer: string;
beforeAll(async () => {
  broker = await startBrokerAndIdp(
    (config) => {
      const { example } = config.upstreams as { example: Record<string, unknown> };
      example.hooks = { okta_events_secret_file: './okta-secret' };
      config.rate_limit_factor = 100;
    },
    { 'okta-secret': oktaSecret },
    [bobby],
  );
  issuer = broker.origins.broker;
});
afterAll(() => broker.close());

const signedIn = async () => {
  const session = await createSessionClient(issuer, undefined, broker.origins.idp);
  const answer = await session.signIn(bobby.username, bobby.password);
  return { session, answer };
};

const texts = [
  '\0',
  'a\0b',
  '\uD83D',
  '\uDE00',
  '😀',
  '',
  ' ',
  'x'.repeat(5_000),
  '漢'.repeat(511),
  '__proto__',
  '%00',
  `'";--`,
];
const numbers = [0, -1, 0.5, -0.5, 1.5, 1e300, -1e300, 2 ** 53, 2 ** 63, Number.MAX_SAFE_INTEGER];

const post = (path: string, body: string | URLSearchParams, headers: Record<string, string> = {}) =>
  fetch(`${issuer}${path}`, { method: 'POST', body, headers, redirect: 'manual' });
const form = (path: string, fields: Record<string, string>) => post(path, new URLSearchParams(fields));
const json = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  post(path, JSON.stringify(body), { 'Content-Type': 'application/json', ...headers });

const seconds = () => Math.floor(Date.now() / 1_000);
const logout = async (claims: Record<string, unknown>) => {
  const token = await providerToken(broker.signingKey, 'logout+jwt', {
    iss: broker.origins.idp,
    aud: 'latchkey-broker',
    events: logoutEvent,
    ...claims,
  });
  return form('/hooks/example/backchannel-logout', { logout_token: token });
};

/** Checks that no response is a 500, and that the log contains no internal error. */
const expectNoFault = (statuses: number[]) => {
  expect(statuses.filter((status) => status >= 500)).toEqual([]);
  expect(broker.logged.filter((line) => line.includes('server_error'))).toEqual([]);
};

describe('a person whose provider writes anything', () => {
  it('signs in, has readable claims, and every page shows them', async () => {
    const { session, answer } = await signedIn();
    expect(answer.account).toMatchObject({
      name: 'Bobby\uFFFD \uFFFD 😀 Tables',
      email: 'bobby\uFFFD\uFFFD@example.com',
    });
    const { notes, api } = broker.origins;
    const { body } = await session.call('POST', '/session/token', {
      origin: notes,
      resource: api,
      scope: 'orders:read',
    });
    const groups = ['staff', 'a\uFFFDb', '\uFFFD', '😀', 'x'.repeat(600)].map((group) => `example:${group}`);
    expect(decodeJwt(body.access_token).groups).toEqual(expect.arrayContaining(groups.slice(0, 4)));
    const person = createPerson(broker.origins, [bobby.username, bobby.password]);
    expect((await person.signIn(await person.visitor.visit(`${issuer}/account`))).text).toContain('bobby');
    expectNoFault([]);
  });
});

describe.each(texts.map((text) => [text.length > 40 ? `${text.slice(0, 8)}…` : text, text]))(
  '%j is answered',
  (_short, value) => {
    it('by /session', async () => {
      const { session } = await signedIn();
      const statuses = [];
      for (const [method, path, body] of [
        ['POST', '/session/token', { origin: value, resource: value, scope: value, acr_values: value }],
        ['POST', '/session/consents', { origin: value, resource: value, scope: value }],
        ['POST', '/session/consents', { decision: 'never', origin: value }],
        ['POST', '/session/consents', { decision: 'ask', origin: value }],
        ['DELETE', '/session/consents', { origin: value, resource: value }],
        ['DELETE', '/session/consents', { origin: value }],
        ['POST', '/session', { state: value, code: value, code_verifier: value, iss: value }],
      ] as const) {
        statuses.push((await session.call(method, path, body)).status);
      }
      const authorized = await session.authorize({ login_hint: value, acr_values: value, sub: value, upstream: value });
      const hinted = await session.authorize({ login_hint: value, acr_values: value });
      expectNoFault([...statuses, authorized.answer.status, hinted.answer.status]);
    });

    it('by the endpoints of OAuth clients and gateways', async () => {
      const query = new URLSearchParams({ client_id: value, redirect_uri: value, state: value, resource: value });
      const answers = await Promise.all([
        form('/token', { grant_type: value, client_id: 'tv' }),
        form('/token', { grant_type: 'refresh_token', refresh_token: value, client_id: 'tv' }),
        form('/token', {
          grant_type: 'authorization_code',
          code: value,
          redirect_uri: value,
          code_verifier: value,
          client_id: 'tv',
        }),
        form('/token', {
          grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
          device_code: value,
          client_id: 'tv',
        }),
        form('/token', { grant_type: 'client_credentials', client_id: value, client_secret: value }),
        form('/device_authorization', { client_id: 'tv', scope: value, resource: value }),
        form('/device_authorization', { client_id: value }),
        form('/revoke', { client_id: 'tv', token: value }),
        form('/revoke', { client_id: value, token: value }),
        form('/introspect', { client_id: value, client_secret: value, token: value }),
        fetch(`${issuer}/authorize?${query}`, { redirect: 'manual' }),
        fetch(`${issuer}/verify?${query}`),
        fetch(`${issuer}/callback?${query}&code=x`),
      ]);
      expectNoFault(answers.map(({ status }) => status));
    });

    it('by the pages of a person who is signed in', async () => {
      const person = createPerson(broker.origins, [bobby.username, bobby.password]);
      const account = await person.signIn(await person.visitor.visit(`${issuer}/account`));
      const statuses = [];
      for (const action of ['end_browser', 'end_device', 'rename_device', 'end_site', 'let_site_ask', value]) {
        const fields = { id: value, name: value, origin: value };
        statuses.push((await person.press(account, '/account', action, fields)).status);
      }
      statuses.push(
        (await person.visitor.visit(`${issuer}/device?user_code=${encodeURIComponent(value.toWellFormed())}`)).status,
      );
      expectNoFault(statuses);
    });

    it('by the hooks', async () => {
      const revocation = await providerToken(broker.signingKey, 'global-token-revocation+jwt', {
        iss: broker.origins.idp,
        aud: `${issuer}/hooks/example/global-token-revocation`,
      });
      const revoke = (sub_id: unknown) =>
        json('/hooks/example/global-token-revocation', { sub_id }, { Authorization: `Bearer ${revocation}` });
      const event = (eventId: string) => ({
        eventId,
        data: {
          events: [{ eventType: 'user.lifecycle.suspend', target: [{ type: 'User', id: value, alternateId: value }] }],
        },
      });
      const asOkta = { Authorization: oktaSecret };
      const answers = await Promise.all([
        form('/hooks/example/backchannel-logout', { logout_token: value }),
        logout({ sub: value }),
        logout({ sid: value }),
        logout({ sub: 'nobody', jti: value }),
        revoke({ format: 'opaque', id: value }),
        revoke({ format: 'email', email: value }),
        revoke({ format: 'iss_sub', iss: broker.origins.idp, sub: value }),
        json('/hooks/example/okta-events', event(randomUUID()), asOkta),
        json('/hooks/example/okta-events', event(value), asOkta),
      ]);
      expectNoFault(answers.map(({ status }) => status));
    });
  },
);

it.each(numbers)('the number %d is answered, never with 500', async (value) => {
  const { session } = await signedIn();
  const { notes, api } = broker.origins;
  const wanted = { origin: notes, resource: api, scope: 'orders:read' };
  const calls = [
    await session.call('POST', '/session/token', { ...wanted, min_ttl: value }),
    await session.call('POST', '/session/token', { ...wanted, max_age: value }),
    (await session.authorize({ max_age: value })).answer,
  ];
  const logouts = await Promise.all([
    logout({ sub: 'nobody', iat: value }),
    logout({ sub: 'nobody', exp: value }),
    logout({ sub: 'nobody', nbf: value }),
    logout({ sub: 'nobody', iat: seconds() + (value % 1) }),
    logout({ sub: value }),
    logout({ sid: value, jti: value }),
  ]);
  expectNoFault([...calls, ...logouts].map(({ status }) => status));
});

it('a logout with a fraction in its date ends the session', async () => {
  const { session } = await signedIn();
  expect((await logout({ sub: bobby.username, iat: seconds() + 0.75 })).status).toBe(200);
  expect((await session.call('GET', '/session')).body.error).toBe('invalid_session');
});
