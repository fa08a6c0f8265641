import { Hono } from 'hono';

export const issuer = 'https://latchkey.example.com';

/** Of every refusal. */
export const requestId = '4bf92f3577b34da6a3ce929d0e0e4736';

const refusal = (error: string, errorUri?: unknown) =>
  Response.json(
    { error, error_description: `fake: ${error}`, error_uri: errorUri },
    {
      status: error === 'invalid_client' ? 401 : 400,
      headers: {
        'X-Request-Id': requestId,
        ...(error === 'invalid_client' ? { 'WWW-Authenticate': 'Basic realm="latchkey"' } : {}),
      },
    },
  );

/**
 * A stand-in for the broker, for tests of the device client alone: it does what a test tells it to and
 * checks nothing. The real broker is met in the end-to-end tests.
 */
export function createFakeBroker(overrides: { metadata?: object; device?: object } = {}) {
  const state = {
    now: Date.UTC(2030, 0, 1),
    /** What the next requests to /token get, in turn: an OAuth error, a status, `lost` (the answer never comes), or tokens. */
    token: [] as (string | number | 'lost' | object)[],
    /** How long each pause was, in milliseconds. */
    sleeps: [] as number[],
    /** `error_uri` of every refusal. */
    errorUri: undefined as unknown,
    requests: [] as { path: string; form: Record<string, string>; at: number; traceparent: string | null }[],
    revoke: 200,
    minted: 0,
    /** `Retry-After` of every answer that is a status. */
    retryAfter: '40',
  };

  const app = new Hono();
  app.get('/.well-known/oauth-authorization-server', (c) =>
    c.json({
      issuer,
      token_endpoint: `${issuer}/token`,
      device_authorization_endpoint: `${issuer}/device_authorization`,
      revocation_endpoint: `${issuer}/revoke`,
      ...overrides.metadata,
    }),
  );
  app.post('/device_authorization', (c) =>
    c.json({
      device_code: 'device-code',
      user_code: 'BCDF-GHJK',
      verification_uri: `${issuer}/device`,
      verification_uri_complete: `${issuer}/device?user_code=BCDF-GHJK`,
      expires_in: 600,
      interval: 5,
      ...overrides.device,
    }),
  );
  app.post('/token', () => {
    const next = state.token.shift();
    if (next === 'lost') throw new TypeError('fetch failed');
    if (typeof next === 'number')
      return new Response('<h1>fake</h1>', { status: next, headers: { 'retry-after': state.retryAfter } });
    if (typeof next === 'string') return refusal(next, state.errorUri);
    state.minted += 1;
    const n = state.minted;
    return Response.json({
      access_token: `access-${n}`,
      token_type: 'Bearer',
      expires_in: 300,
      refresh_token: `refresh-${n}`,
      scope: 'orders:read',
      ...next,
    });
  });
  app.post('/revoke', () => new Response(null, { status: state.revoke }));
  app.onError((error) => {
    throw error;
  });

  const fetch: typeof globalThis.fetch = async (input, init) => {
    const request = new Request(input, init);
    request.signal.throwIfAborted();
    const form = request.method === 'POST' ? Object.fromEntries(new URLSearchParams(await request.clone().text())) : {};
    state.requests.push({
      path: new URL(request.url).pathname,
      form,
      at: state.now,
      traceparent: request.headers.get('traceparent'),
    });
    return app.fetch(request);
  };

  return {
    state,
    fetch,
    now: () => state.now,
    /** Time passes only here. */
    sleep: async (ms: number, signal?: AbortSignal) => {
      signal?.throwIfAborted();
      state.sleeps.push(ms);
      state.now += ms;
    },
    /** Seconds between the requests to /token, the first counted from the beginning. */
    pace() {
      const times = state.requests.filter(({ path }) => path !== '/.well-known/oauth-authorization-server');
      return times.slice(1).map(({ at }, index) => (at - (times[index]?.at ?? 0)) / 1_000);
    },
    paths: () => state.requests.map(({ path }) => path),
  };
}

export type FakeBroker = ReturnType<typeof createFakeBroker>;
