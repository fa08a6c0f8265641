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
const config = { issuer: 'https://latchkey.example', extension: { redirectUris: [] } } as unknown as Config;

/** A provider on the other side of the world, as far as this test is concerned. */
async function findings({ headers = {}, authorize = 400 }: { headers?: Record<string, string>; authorize?: number }) {
  const metadata = {
    issuer,
    authorization_endpoint: `${issuer}/authorize`,
    token_endpoint: `${issuer}/token`,
    jwks_uri: `${issuer}/jwks`,
  };
  const fetch = async (input: RequestInfo | URL) => {
    const { pathname } = new URL(String(input));
    if (pathname === '/authorize') return new Response('', { status: authorize });
    return pathname === '/token'
      ? Response.json({ error: 'invalid_grant' }, { status: 400 })
      : Response.json(metadata, { headers });
  };
  const deps = { fetch: fetch as typeof globalThis.fetch, now: () => now };
  const { findings: found } = await checkProvider(deps, config, upstream);
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
