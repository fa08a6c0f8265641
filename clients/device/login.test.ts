import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeviceError } from './device-error.ts';
import { type DeviceLoginOptions, deviceLogin, type LoginState } from './login.ts';
import { createFakeBroker, type FakeBroker, issuer } from './testing/fake-broker.ts';

const pending = 'authorization_pending';

async function run(broker: FakeBroker, options: Partial<DeviceLoginOptions> = {}): Promise<LoginState[]> {
  const { fetch, now, sleep } = broker;
  const states: LoginState[] = [];
  for await (const state of deviceLogin({ issuer, clientId: 'tv', fetch, now, sleep, ...options })) states.push(state);
  return states;
}

const endless = () =>
  new Response(new ReadableStream<Uint8Array>({ pull: (to) => to.enqueue(new Uint8Array(65_536)) }), {
    headers: { 'Content-Type': 'application/json' },
  });

describe('a device that signs in', () => {
  it('shows the code, waits, and gets tokens', async () => {
    const broker = createFakeBroker();
    const begun = broker.now() / 1_000;
    broker.state.token = [pending, {}];
    const states = await run(broker, { scope: 'orders:read', resource: 'https://api.example.com' });
    expect(states[0]).toEqual({
      type: 'code',
      user_code: 'BCDF-GHJK',
      verification_uri: `${issuer}/device`,
      verification_uri_complete: `${issuer}/device?user_code=BCDF-GHJK`,
      expires_at: begun + 600,
    });
    expect(states.slice(1, -1).map((state) => state.type === 'waiting' && state.seconds_left)).toEqual([
      600, 599, 598, 597, 596, 595, 594, 593, 592, 591,
    ]);
    expect(states.at(-1)).toEqual({
      type: 'done',
      tokens: {
        access_token: 'access-1',
        token_type: 'Bearer',
        expires_at: begun + 310,
        refresh_token: 'refresh-1',
        scope: 'orders:read',
      },
    });
    expect(broker.state.requests.map(({ path, form }) => [path, form]).slice(1, 3)).toEqual([
      ['/device_authorization', { client_id: 'tv', scope: 'orders:read', resource: 'https://api.example.com' }],
      [
        '/token',
        {
          client_id: 'tv',
          grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
          device_code: 'device-code',
        },
      ],
    ]);
  });

  it('names the account, and shows the number that its browsers ask for', async () => {
    const broker = createFakeBroker({ device: { latchkey_number: '42' } });
    broker.state.token = [{}];
    const [code] = await run(broker, { loginHint: 'ada@example.com' });
    expect(code).toMatchObject({ type: 'code', user_code: 'BCDF-GHJK', number: '42' });
    expect(broker.state.requests[1]?.form).toEqual({ client_id: 'tv', login_hint: 'ada@example.com' });
  });

  it.each([42, '4', '042', '4\x1b[2J', '٤٢', null])(
    'shows nothing that is no number of two digits: %j',
    async (given) => {
      const broker = createFakeBroker({ device: { latchkey_number: given } });
      broker.state.token = [{}];
      expect((await run(broker, { loginHint: 'ada@example.com' }))[0]).not.toHaveProperty('number');
    },
  );

  it('polls at the interval that it was told, 5 s where it was told none', async () => {
    for (const [interval, seconds] of [
      [2, 2],
      [undefined, 5],
    ] as const) {
      const broker = createFakeBroker({ device: { interval } });
      broker.state.token = [pending, pending, {}];
      await run(broker);
      expect(broker.pace()).toEqual([seconds, seconds, seconds]);
    }
  });

  it('polls 5 s slower for good after each slow_down', async () => {
    const broker = createFakeBroker();
    broker.state.token = ['slow_down', pending, 'slow_down', pending, {}];
    await run(broker);
    expect(broker.pace()).toEqual([5, 10, 10, 15, 15]);
  });

  it('backs off while there is no answer, says so, and comes back to its pace', async () => {
    const broker = createFakeBroker();
    broker.state.token = ['lost', 'lost', 'lost', 'lost', 'lost', pending, {}];
    const states = await run(broker);
    expect(broker.pace()).toEqual([5, 10, 20, 40, 60, 60, 5]);
    expect(states.filter((state) => state.type === 'waiting' && state.unreachable)).toHaveLength(190);
  });

  it.each([429, 500, 503])('waits as long as a %i asks for', async (status) => {
    const broker = createFakeBroker();
    broker.state.token = [status, {}];
    await run(broker);
    expect(broker.pace()).toEqual([5, 40]);
  });

  it.each([
    ['access_denied', 'access_denied'],
    ['expired_token', 'expired_token'],
    ['invalid_grant', 'invalid_grant'],
    ['invalid_client', 'refused'],
    ['something_new', 'refused'],
  ])('stops at %s', async (error, code) => {
    const broker = createFakeBroker();
    broker.state.token = [pending, error, {}];
    await expect(run(broker)).rejects.toMatchObject({ name: 'DeviceError', code, error });
    expect(broker.state.token).toHaveLength(1);
  });

  it('stops by itself when the code has expired', async () => {
    const broker = createFakeBroker({ device: { expires_in: 12 } });
    broker.state.token = Array.from({ length: 9 }, () => pending);
    await expect(run(broker)).rejects.toMatchObject({ code: 'expired_token' });
    expect(broker.pace()).toEqual([5, 5]);
  });

  it('says that the broker was unreachable where that is how the code expired', async () => {
    const broker = createFakeBroker({ device: { expires_in: 12 } });
    broker.state.token = ['lost', 'lost', 'lost'];
    await expect(run(broker)).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('stops at once when aborted', async () => {
    const broker = createFakeBroker();
    const controller = new AbortController();
    const states = deviceLogin({ issuer, clientId: 'tv', ...broker, signal: controller.signal });
    expect((await states.next()).value).toMatchObject({ type: 'code' });
    expect((await states.next()).value).toMatchObject({ type: 'waiting' });
    controller.abort(new Error('enough'));
    await expect(states.next()).rejects.toThrow('enough');
    expect(broker.paths()).not.toContain('/token');
  });

  it('does not poll for one who has left the loop', async () => {
    const broker = createFakeBroker();
    for await (const { type } of deviceLogin({ issuer, clientId: 'tv', ...broker })) if (type === 'waiting') break;
    expect(broker.paths()).not.toContain('/token');
  });
});

describe('a broker that can not be used', () => {
  it.each(['http://latchkey.example.com', 'latchkey.example.com', 'ftp://localhost'])(
    'is refused unasked at %s',
    async (issuer) => {
      const broker = createFakeBroker();
      await expect(run(broker, { issuer })).rejects.toMatchObject({ code: 'invalid_issuer' });
      expect(broker.state.requests).toEqual([]);
    },
  );

  it('may be without TLS on loopback, itself only', async () => {
    const local = 'http://localhost:9401';
    const metadata = {
      issuer: local,
      device_authorization_endpoint: `${local}/device_authorization`,
      token_endpoint: 'http://latchkey.example.com/token',
    };
    const broker = createFakeBroker({ metadata });
    await expect(run(broker, { issuer: local })).rejects.toMatchObject({ code: 'bad_answer' });
    expect(broker.paths()).not.toContain('/token');
  });

  it.each<[string, object, DeviceError['code']]>([
    ['names another issuer', { issuer: 'https://evil.example.com' }, 'bad_answer'],
    ['knows no devices', { device_authorization_endpoint: undefined }, 'refused'],
  ])('%s', async (_, metadata, code) => {
    await expect(run(createFakeBroker({ metadata }))).rejects.toMatchObject({ code });
  });

  it.each<[string, () => Promise<Response>, DeviceError['code']]>([
    ['is not there', () => Promise.reject(new TypeError('fetch failed')), 'unreachable'],
    ['is down', async () => new Response('no', { status: 503 }), 'unreachable'],
    ['is a website', async () => new Response('<h1>Hello</h1>'), 'bad_answer'],
    ['redirects', async () => Response.redirect('https://evil.example.com'), 'bad_answer'],
    ['answers null', async () => Response.json(null), 'bad_answer'],
    ['answers without an end', async () => endless(), 'unreachable'],
  ])('%s', async (_, fetch, code) => {
    await expect(run(createFakeBroker(), { fetch })).rejects.toMatchObject({ name: 'DeviceError', code });
  });

  it('leaves no token in the error when an answer can not be used', async () => {
    const broker = createFakeBroker();
    broker.state.token = [{ token_type: 7 }];
    const error: unknown = await run(broker).catch((error: unknown) => error);
    expect(error).toMatchObject({ code: 'bad_answer' });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/access-1|refresh-1/);
  });

  it.each([
    ['in JSON', 'application/json', '{"message":"Unauthorized"}', 'refused', 'asks for authentication (401)'],
    ['that is an OAuth server', 'application/json', '{"error":"invalid_client"}', 'refused', 'Unknown client ID'],
  ])('tells a gateway in front of it from the network: a 401 %s', async (_, type, body, code, message) => {
    const broker = createFakeBroker();
    const headers = { 'Content-Type': type, 'WWW-Authenticate': 'Bearer' };
    const fetch: typeof globalThis.fetch = async (input, init) =>
      String(input).endsWith('/token') ? new Response(body, { status: 401, headers }) : broker.fetch(input, init);
    await expect(run(broker, { fetch })).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
  });

  it('keeps what a server repeats of a secret out of messages', async () => {
    const broker = createFakeBroker();
    const secret = 'x'.repeat(43);
    const fetch: typeof globalThis.fetch = async (input, init) =>
      String(input).endsWith('/token')
        ? Response.json({ error: 'access_denied', error_description: `code=${secret}` }, { status: 400 })
        : broker.fetch(input, init);
    const error: unknown = await run(broker, { fetch }).catch((error: unknown) => error);
    expect((error as Error).message).toBe('The sign-in was denied.');
  });

  it('says that it does not know a type of token', async () => {
    const broker = createFakeBroker();
    broker.state.token = [{ token_type: 'N_A' }];
    await expect(run(broker)).rejects.toMatchObject({
      code: 'bad_answer',
      message: expect.stringContaining('token_type'),
    });
  });

  it('keeps control characters of its own out of messages', async () => {
    const broker = createFakeBroker();
    broker.state.token = ['evil\u001b[2J\r\n'];
    const error: unknown = await run(broker).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(DeviceError);
    expect((error as DeviceError).message).not.toMatch(/\p{Cc}/u);
  });

  it('causes nothing but a DeviceError, whatever it answers', async () => {
    const answer = fc.record({
      path: fc.constantFrom('/.well-known/oauth-authorization-server', '/device_authorization', '/token'),
      status: fc.constantFrom(200, 201, 302, 400, 401, 403, 404, 418),
      body: fc.oneof(
        fc.jsonValue(),
        fc.record({
          error: fc.oneof(fc.string(), fc.constantFrom('invalid_grant', 'constructor')),
          error_description: fc.jsonValue(),
        }),
        fc.record({ access_token: fc.jsonValue(), token_type: fc.string(), expires_in: fc.jsonValue() }),
        fc.record({
          issuer: fc.constant(issuer),
          token_endpoint: fc.jsonValue(),
          device_authorization_endpoint: fc.webUrl(),
        }),
      ),
      type: fc.constantFrom('application/json', 'text/html', ''),
      challenge: fc.option(fc.constantFrom('Bearer error="invalid_token"', 'Basic', ',,=')),
    });
    await fc.assert(
      fc.asyncProperty(answer, async ({ path, status, body, type, challenge }) => {
        const broker = createFakeBroker({ device: { expires_in: 12 } });
        broker.state.token = ['authorization_pending', 'access_denied'];
        const fetch: typeof globalThis.fetch = async (input, init) => {
          if (new URL(String(input)).pathname !== path) return broker.fetch(input, init);
          const headers = new Headers({ 'content-type': type });
          if (challenge !== null) headers.set('www-authenticate', challenge);
          return new Response(JSON.stringify(body), { status, headers });
        };
        const outcome: unknown = await run(broker, { fetch }).catch((error: unknown) => error);
        if (!Array.isArray(outcome)) expect(outcome).toBeInstanceOf(DeviceError);
      }),
      { numRuns: 300 },
    );
  });
});
