import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { brokerInProcess, type InProcessBroker, issuer } from '../../test/broker/in-process.ts';
import { providerIssuer, signingProvider } from '../../test/broker/signing-provider.ts';
import { insertedSession } from '../../test/conformance/store/harness.ts';
import { logoutEvent, providerToken } from '../../test/e2e/kit/provider-token.ts';
import type { Person } from '../store/store.ts';

let provider: Awaited<ReturnType<typeof signingProvider>>;
let broker: InProcessBroker;
let person: Person;
let session: string;

beforeEach(async () => {
  provider = await signingProvider();
  broker = await brokerInProcess('resources: {}', { fetch: (url, init) => provider.fetch(url, init) });
  const { store, now } = broker.deps;
  person = await store.upsertPerson({ issuer: providerIssuer, idpSub: 'ada', upstream: 'okta', newSub: 'ada' }, now());
  const times = { issuedAt: now() - 10_000, absoluteExpiresAt: now() + 1e9, idleExpiresAt: now() + 1e9 };
  session = (await insertedSession(store, person, { issuer: providerIssuer, ...times })).id;
});
afterEach(async () => {
  vi.useRealTimers();
  await broker.close();
});

const stateOf = async () => (await broker.deps.store.getSession(session))?.state;
const seconds = () => Math.floor(broker.clock.now / 1_000);

/** @param typ `null` for none */
async function logout(key = provider.keys.at(-1), claims = {}, typ: string | null = 'logout+jwt') {
  const token = await providerToken(key ?? {}, typ ?? undefined, {
    iss: providerIssuer,
    aud: 'latchkey',
    iat: seconds(),
    events: logoutEvent,
    sub: 'ada',
    ...claims,
  });
  const body = new URLSearchParams({ logout_token: token });
  return broker.request('/hooks/okta/backchannel-logout', { method: 'POST', body });
}

async function revocation(key = provider.keys.at(-1)) {
  const token = await providerToken(key ?? {}, 'global-token-revocation+jwt', {
    iss: providerIssuer,
    aud: `${issuer}/hooks/okta/global-token-revocation`,
    iat: seconds(),
  });
  return broker.request('/hooks/okta/global-token-revocation', {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ sub_id: { format: 'opaque', id: 'ada' } }),
  });
}

const failures: [string, () => Promise<Response>][] = [
  ['answers 503', async () => new Response('away', { status: 503 })],
  ['answers 404', async () => new Response('nothing here', { status: 404 })],
  ['answers a page', async () => new Response('<html>', { headers: { 'Content-Type': 'text/html' } })],
  ['answers JSON of another kind', async () => Response.json({ hello: 'world' })],
  ['answers a list that is none', async () => Response.json({ keys: 'none' })],
  ['cannot be reached', () => Promise.reject(new TypeError('fetch failed'))],
];

describe.each(['keys', 'metadata'] as const)('a logout while the %s can’t be had', (document) => {
  it.each(failures)('because the provider %s gets 503, and is done when it is repeated', async (_what, fail) => {
    const answer = provider.answers[document];
    provider.answers[document] = fail;
    for (const refused of [await logout(), await revocation()]) {
      expect(refused.status).toBe(503);
      expect(Number(refused.headers.get('Retry-After'))).toBeGreaterThan(0);
    }
    expect(await stateOf()).toBe('active');
    provider.answers[document] = answer;
    expect((await logout()).status).toBe(200);
    expect(await stateOf()).toBe('ended');
  });
});

it('a logout signed with a key that is newer than our copy gets 503 until the keys may be read again', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  expect((await logout(undefined, { sub: 'nobody' })).status).toBe(200);
  const key = await provider.rotate();
  expect((await logout(key)).status).toBe(503);
  vi.setSystemTime(Date.now() + 31_000);
  expect((await logout(key)).status).toBe(200);
  expect(await stateOf()).toBe('ended');
});

it('a logout signed with a key that the provider does not have is refused for good', async () => {
  const { keys } = await signingProvider();
  expect((await logout({ ...keys[0], kid: 'forged' })).status).toBe(400);
});

describe('the type of a logout token', () => {
  it.each(['logout+jwt', 'LOGOUT+JWT', 'application/logout+jwt', 'JWT', 'jwt', null])('may be %s', async (typ) => {
    expect((await logout(undefined, {}, typ)).status).toBe(200);
    expect(await stateOf()).toBe('ended');
  });

  it.each(['at+jwt', 'dpop+jwt', 'secevent+jwt', 'global-token-revocation+jwt', 'logout', ''])(
    'may not be %j',
    async (typ) => {
      expect((await logout(undefined, {}, typ)).status).toBe(400);
      expect(await stateOf()).toBe('active');
    },
  );

  it.each([
    ['no event', { events: undefined }],
    ['another event', { events: { 'https://schemas.openid.net/secevent/caep/event-type/session-revoked': {} } }],
    ['a nonce', { nonce: 'n' }],
    ['a nonce that is null', { nonce: null }],
  ])('lets no ID token pass as a logout: %s', async (_what, claims) => {
    for (const typ of ['JWT', null]) expect((await logout(undefined, claims, typ)).status).toBe(400);
    expect(await stateOf()).toBe('active');
  });
});

describe('a date with a fraction', () => {
  it('in a logout token ends what began at that second or before', async () => {
    const { store, now } = broker.deps;
    const times = { absoluteExpiresAt: now() + 1e9, idleExpiresAt: now() + 1e9 };
    const dated = (issuedAt: number) => insertedSession(store, person, { issuer: providerIssuer, issuedAt, ...times });
    const [same, later] = [await dated(now()), await dated(now() + 1_000)];
    expect((await logout(undefined, { iat: seconds() + 0.25, exp: seconds() + 99.5 })).status).toBe(200);
    expect((await store.getSession(same.id))?.state).toBe('ended');
    expect((await store.getSession(later.id))?.state).toBe('active');
  });
});

it.each(['a\0', 'a\uD83D', '', 'x'.repeat(2_000), '😀'])(
  'a logout with a sub, sid or jti of %j is answered, never with 500',
  async (value) => {
    for (const claim of ['sub', 'sid', 'jti']) {
      const { status } = await logout(undefined, { [claim]: value });
      expect([200, 400]).toContain(status);
    }
  },
);
