import { expect, it } from 'vitest';
import type { UpstreamConfig } from '../config/types.ts';
import { checkClient } from './client.ts';

const issuer = 'https://idp.example';
const upstream = {
  name: 'okta',
  issuer,
  clientId: 'c',
  authentication: { method: 'client_secret_basic', secret: 's3cr3t-of-this-test' },
} as unknown as UpstreamConfig;

const json = (error: string, status = 400) => Response.json({ error }, { status });
const invalidGrant = () => json('invalid_grant');

async function check(code: () => Response, refresh: () => Response = invalidGrant) {
  const fetch: typeof globalThis.fetch = async (_input, init) =>
    String(init?.body).includes('grant_type=refresh_token') ? refresh() : code();
  const deps = { fetch, now: () => Date.now() };
  const findings = await checkClient(deps, upstream, { issuer, token_endpoint: `${issuer}/token` });
  return findings.map(({ level, check: about, what }) => `${level} ${about}: ${what}`);
}

it('finds both grants allowed', async () => {
  expect(await check(invalidGrant)).toEqual([
    'ok okta: client: client credentials accepted (client_secret_basic)',
    'ok okta: refresh: refresh token grant allowed',
  ]);
});

const challenge = { 'WWW-Authenticate': 'Basic realm="p"' };

it.each<[string, () => Response, string]>([
  [
    'invalid_client',
    () => json('invalid_client', 401),
    'rejected the client credentials: invalid_client. Tried client_secret_basic, client_secret_post, and client_secret_basic without form encoding',
  ],
  [
    'a challenge and no OAuth error',
    () => new Response('<h1>No</h1>', { status: 401, headers: challenge }),
    'rejected the client credentials: HTTP 401 with an HTML page ("No"). Tried client_secret_basic, client_secret_post',
  ],
  ['a page of a firewall', () => new Response('<h1>Blocked</h1>', { status: 403 }), 'HTTP 403'],
  ['a captive portal', () => new Response('<h1>Welcome</h1>'), 'HTTP 200'],
])('names what refuses the broker: %s', async (_, answer, what) => {
  const [finding, ...more] = await check(answer);
  expect(finding).toMatch(/^failed okta: client: /);
  expect(finding).toContain(what);
  expect(more).toEqual([]);
});

/** Accepts the credentials only as `isRight` says. */
async function checkPicky(
  secret: string,
  isRight: (sent: { authorization: string; body: URLSearchParams }) => boolean,
) {
  const fetch: typeof globalThis.fetch = async (_input, init) => {
    const authorization = new Headers(init?.headers).get('Authorization') ?? '';
    const body = new URLSearchParams(String(init?.body));
    return isRight({ authorization, body }) ? invalidGrant() : json('invalid_client', 401);
  };
  const authentication = { method: 'client_secret_basic', secret };
  const [finding] = await checkClient({ fetch, now: Date.now }, { ...upstream, authentication } as UpstreamConfig, {
    issuer,
    token_endpoint: `${issuer}/token`,
  });
  expect(JSON.stringify(finding)).not.toContain(secret);
  return finding;
}

const basic = (credentials: string) => `Basic ${Buffer.from(credentials).toString('base64')}`;

it('tries the other client authentication, and advises it if it works', async () => {
  expect(await checkPicky('s3cr3t', ({ body }) => body.get('client_secret') === 's3cr3t')).toMatchObject({
    level: 'failed',
    what: expect.stringContaining('but accepts them with client_secret_post'),
    cure: 'Set upstreams.okta.client_auth to client_secret_post.',
  });
});

it('finds a provider that does not decode Basic credentials', async () => {
  expect(await checkPicky('s+cr/t', ({ authorization }) => authorization === basic('c:s+cr/t'))).toMatchObject({
    what: expect.stringContaining('but accepts them with client_secret_basic without form encoding'),
  });
});

it('finds a secret that was copied in its form-encoded spelling', async () => {
  expect(await checkPicky('s%2Bcr%2Ft', ({ authorization }) => authorization === basic('c:s%2Bcr%2Ft'))).toMatchObject({
    what: expect.stringContaining('but accepts them with the secret after form decoding'),
    cure: expect.stringContaining('as the provider shows it'),
  });
});

it('repeats what the provider says of a refusal, unless a secret is in it', async () => {
  const saying = (error_description: string) => () =>
    Response.json({ error: 'invalid_client', error_description }, { status: 401 });
  const [expired] = await check(saying('AADSTS7000222: The provided client secret keys are expired.'));
  expect(expired).toContain('invalid_client ("AADSTS7000222: The provided client secret keys are expired.")');
  const [quoted] = await check(saying('s3cr3t-of-this-test is wrong'));
  expect(quoted).not.toContain('is wrong');
});

it.each(['unauthorized_client', 'unsupported_grant_type'])(
  'names a client without refresh tokens: %s',
  async (code) => {
    const [, finding] = await check(invalidGrant, () => json(code));
    expect(finding).toBe(
      `failed okta: refresh: the provider does not allow the refresh token grant for this client (${code})`,
    );
  },
);

it.each<[string[], string, string | undefined]>([
  [['a', 'b'], 'ok, ok', 'ok'],
  [['b'], 'warning, ok', 'ok'],
  [['a'], 'ok, warning', 'ok'],
  [[], 'failed, failed', undefined],
])('asks with both secrets where there are two: the provider knows %j', async (known, levels, refresh) => {
  const two = {
    ...upstream,
    authentication: { method: 'client_secret_post', secret: 'a' },
    otherAuthentication: { method: 'client_secret_post', secret: 'b' },
  } as UpstreamConfig;
  const fetch = async (_input: RequestInfo | URL, init?: RequestInit) =>
    known.some((secret) => String(init?.body).includes(`client_secret=${secret}`))
      ? invalidGrant()
      : json('invalid_client', 401);
  const findings = await checkClient({ fetch, now: Date.now }, two, { issuer, token_endpoint: `${issuer}/token` });
  expect(
    findings
      .slice(0, 2)
      .map(({ level }) => level)
      .join(', '),
  ).toBe(levels);
  expect(findings[2]?.level).toBe(refresh);
});
