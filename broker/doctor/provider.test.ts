import { expect, it } from 'vitest';
import type { Config, UpstreamConfig } from '../config/types.ts';
import { checkProvider } from './provider.ts';

const issuer = 'https://idp.example';
const now = Date.parse('2026-11-25T12:00:00Z');
const upstream = {
  name: 'okta',
  issuer,
  clientId: 'c',
  scopes: ['openid'],
  authentication: { method: 'client_secret_basic', secret: 's' },
  authorizationParams: {},
} as unknown as UpstreamConfig;
const config = {
  issuer: 'https://latchkey.example',
  extension: { redirectUris: [] },
  devices: new Map(),
} as unknown as Config;

/** A provider on the other side of the world, as far as this test is concerned. */
async function findings({
  headers = {},
  authorize = 400,
  answer = () => new Response('', { status: authorize }),
  scopes = upstream.scopes,
}: {
  headers?: Record<string, string>;
  authorize?: number;
  answer?: (asked: URLSearchParams) => Response;
  scopes?: readonly string[];
}) {
  const metadata = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
  };
  const fetch = async (input: RequestInfo | URL) => {
    const { pathname, searchParams } = new URL(String(input));
    if (pathname === '/authorize') return answer(searchParams);
    return pathname === '/token'
      ? Response.json({ error: 'invalid_grant' }, { status: 400 })
      : Response.json(metadata, { headers });
  };
  const deps = { fetch: fetch as typeof globalThis.fetch, now: () => now };
  const { findings: found } = await checkProvider(deps, config, { ...upstream, scopes });
  return (check: string) => found.find((finding) => finding.check === `okta: ${check}`);
}

const minutesAgo = (minutes: number) => new Date(now - minutes * 60_000).toUTCString();

it('tells a clock that is wrong from an answer that a cache has kept', async () => {
  const wrong = await findings({ headers: { Date: minutesAgo(10) } });
  expect(wrong('clock')).toMatchObject({ level: 'failed', what: expect.stringContaining('600 s ahead') });
  const kept = await findings({ headers: { Date: minutesAgo(10), Age: '600' } });
  expect(kept('clock')).toMatchObject({ level: 'ok' });
});

it.each([
  [400, 'failed'],
  [429, 'warning'],
  [503, 'warning'],
])('an authorization endpoint that answers %i is %s', async (authorize, level) => {
  expect((await findings({ authorize }))('redirect URI')).toMatchObject({ level });
});

const redirect = (to: string, parameters: Record<string, string>) =>
  new Response(null, { status: 302, headers: { Location: `${to}?${new URLSearchParams(parameters)}` } });
const errorPage = `${issuer}/oauth2/fallbacks/error`;

it('a redirect to an error page of the provider is a refusal, with its words', async () => {
  const found = await findings({
    answer: () => redirect(errorPage, { error: 'invalid_request', error_description: 'no such redirect_uri' }),
  });
  expect(found('redirect URI')).toMatchObject({
    level: 'failed',
    what: `${config.issuer}/callback: the provider does not send the browser back to it, but answers with the error "invalid_request": "no such redirect_uri"`,
  });
});

it.each([
  ['invalid_scope', ['made-up'], 'the provider refuses the scope "made-up" (invalid_scope)'],
  ['invalid_request', ['made-up'], 'the provider refuses the scope "made-up" ("invalid_request")'],
  ['invalid_request', ['openid'], 'the provider refuses the sign-in with the error "invalid_request"'],
])('the error %s for the scopes %j is told as: %s', async (error, refused, what) => {
  const found = await findings({
    scopes: ['openid', 'email', 'made-up'],
    answer(asked) {
      const scopes = (asked.get('scope') ?? '').split(' ');
      // The check of the redirect URI asks for `openid` alone.
      const isRefused = scopes.some((scope) => refused.includes(scope));
      return redirect(asked.get('redirect_uri') ?? '', { error: isRefused ? error : 'login_required' });
    },
  });
  expect(found('scopes')).toMatchObject({ level: 'failed', what: expect.stringContaining(what) });
});
