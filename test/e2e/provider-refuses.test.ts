import { afterAll, afterEach, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { demoUsers } from '../../demo/users.ts';
import { userNamed } from './browsers/tab.ts';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { allowDevice, beginDevice, pollDevice, refreshDevice } from './kit/device-flow.ts';
import { createSessionClient } from './kit/session-client.ts';
import type { Trouble } from './kit/unreliable.ts';

/** The provider rejects the broker, not a user. Nobody is signed out, and everything works again once it is fixed. */

let broker: TestBroker;

beforeAll(async () => {
  broker = await startBrokerAndIdp();
});
afterAll(() => broker?.close());
afterEach(() => {
  broker.weather.trouble = {};
});

/** Stops the clock. From now on, only `pass` advances it. */
function clock() {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  onTestFinished(() => void vi.useRealTimers());
  return { pass: (ms: number) => vi.setSystemTime(Date.now() + ms) };
}

async function browser(username = 'ada') {
  const { password } = userNamed(username);
  const session = await createSessionClient(broker.origins.broker, undefined, broker.origins.idp);
  await session.signIn(username, password);
  const { notes, api } = broker.origins;
  return {
    session,
    token: () => session.call('POST', '/session/token', { origin: notes, resource: api, scope: 'orders:read' }),
    state: async () => (await session.call('GET', '/session')).body.session.state,
  };
}

async function device(username = 'ada') {
  const user = demoUsers.find((one) => one.username === username);
  if (!user) throw new Error(`the demo has no ${username}`);
  const started = await beginDevice(broker.origins.broker, 'tv');
  await allowDevice(broker.origins, started.user_code, user);
  let { refresh_token: refreshToken } = (await pollDevice(broker.origins.broker, 'tv', started.device_code)).body;
  return {
    async token() {
      const answer = await refreshDevice(broker.origins.broker, 'tv', refreshToken);
      if (answer.status === 200) refreshToken = answer.body.refresh_token;
      return answer;
    },
  };
}

const stale = 15_500;
const longestBackoff = 31_000;

const challenge = { 'WWW-Authenticate': 'Basic realm="Example Corp"' };
const json = { 'Content-Type': 'application/json' };
const page = { 'Content-Type': 'text/html' };
const error = (code: string) => JSON.stringify({ error: code, error_description: 'of this test' });

const refusals: [string, NonNullable<Trouble['failing']>, string][] = [
  ['invalid_client', { status: 401, headers: json, body: error('invalid_client') }, 'invalid_client'],
  [
    'invalid_client with a challenge',
    { status: 401, headers: { ...json, ...challenge }, body: error('invalid_client') },
    'invalid_client',
  ],
  ['unauthorized_client', { status: 400, headers: json, body: error('unauthorized_client') }, 'unauthorized_client'],
  ['invalid_scope', { status: 400, headers: json, body: error('invalid_scope') }, 'invalid_scope'],
  ['unsupported_grant_type', { status: 400, headers: json, body: error('unsupported_grant_type') }, 'unsupported'],
  ['an unknown code', { status: 400, headers: json, body: error('out_of_cheese') }, 'out_of_cheese'],
  ['a firewall’s page', { status: 403, headers: page, body: '<h1>Blocked</h1>' }, 'HTTP 403'],
  ['a firewall’s JSON', { status: 403, headers: json, body: error('blocked by web application firewall') }, 'HTTP 403'],
  ['a captive portal', { status: 200, headers: page, body: '<h1>Welcome</h1>' }, 'HTTP 200'],
];

describe('a provider that refuses this broker', () => {
  it.each(refusals)('signs out no browser and no device: %s', async (_, failing, reason) => {
    const [person, tv] = [await browser(), await device()];
    const { pass } = clock();
    pass(stale);
    broker.weather.trouble = { failing };
    for (let attempt = 0; attempt < 4; attempt += 1) {
      for (const answer of [await person.token(), await tv.token()]) {
        expect(answer).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
        expect(answer.body.error_description).toContain('refuses the requests of this broker');
        expect(answer.body.error_description).toContain(reason);
        expect(Number(answer.headers.get('Retry-After'))).toBeGreaterThanOrEqual(1);
      }
      pass(longestBackoff);
    }
    expect(await person.state()).toBe('active');

    broker.weather.trouble = {};
    expect((await person.token()).status).toBe(200);
    expect((await tv.token()).status).toBe(200);
  });

  it('is told to operators: log with the cure, /readyz, and a metric', async () => {
    const readyz = async () => (await fetch(`${broker.adminOrigin}/readyz`)).json();
    const metric = async () =>
      (await (await fetch(`${broker.adminOrigin}/metrics`)).text()).match(/latchkey_upstream_refusing.*refresh.*/);
    const person = await browser();
    const { pass } = clock();
    pass(stale);
    broker.weather.trouble = { failing: { status: 401, headers: json, body: error('invalid_client') } };
    const before = broker.logged.length;
    for (let attempt = 0; attempt < 3; attempt += 1) await person.token();
    const told = broker.logged.slice(before).map((line) => JSON.parse(line));
    expect(told.filter(({ event }) => event === 'upstream_misconfigured')).toEqual([
      expect.objectContaining({
        level: 'error',
        upstream: 'example',
        request: 'refresh',
        status: 401,
        provider_error: 'invalid_client',
        provider_error_description: 'of this test',
        cure: expect.stringContaining('client secret'),
      }),
    ]);
    expect(await readyz()).toMatchObject({
      ready: true,
      providers: { example: { refuses: [{ request: 'refresh', error: 'invalid_client', status: 401 }] } },
    });
    expect((await metric())?.[0]).toMatch(/ 1$/);

    broker.weather.trouble = {};
    pass(longestBackoff);
    expect((await person.token()).status).toBe(200);
    expect((await readyz()).providers.example).toEqual({ circuit: 'closed' });
    expect((await metric())?.[0]).toMatch(/ 0$/);
    expect(broker.logged.join()).toContain('upstream_accepts_again');
  });

  it('refuses sign-ins with its own error, not as if it did not answer', async () => {
    const session = await createSessionClient(broker.origins.broker, undefined, broker.origins.idp);
    const { answer, state, verifier } = await session.authorize();
    const redirect = await session.atProvider(answer.body.authorization_url, 'ada', userNamed('ada').password);
    broker.weather.trouble = {
      failing: { status: 401, headers: { ...json, ...challenge }, body: error('invalid_client') },
    };
    const refused = await session.call('POST', '/session', {
      state,
      code: redirect.get('code'),
      code_verifier: verifier,
      iss: redirect.get('iss') ?? undefined,
    });
    expect(refused).toMatchObject({
      status: 502,
      body: { error: 'upstream_error', error_description: 'the identity provider returned invalid_client' },
    });
  });

  it('ends a grant by invalid_grant alone, even with status 200', async () => {
    const person = await browser();
    const { pass } = clock();
    pass(stale);
    broker.weather.trouble = { failing: { status: 200, headers: json, body: error('invalid_grant') } };
    expect(await person.token()).toMatchObject({ status: 401, body: { error: 'login_required' } });
  });
});
