import { expect, it } from 'vitest';
import { createUpstream } from './upstream.ts';

const issuer = 'https://p.example';
const now = Math.floor(Date.now() / 1_000);
const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** The result of a refresh whose ID token contains `more`. Its signature isn't checked, because it comes over TLS. */
async function refreshed(more: object) {
  const claims = { iss: issuer, aud: 'c', sub: 'u1', iat: now, exp: now + 300, groups: ['staff'], ...more };
  const id_token = `${encoded({ alg: 'RS256' })}.${encoded(claims)}.c2ln`;
  const answer = { access_token: 'a', token_type: 'Bearer', refresh_token: 'rotated', id_token };
  const upstream = createUpstream({
    config: {
      name: 'p',
      issuer,
      clientId: 'c',
      authentication: { method: 'client_secret_basic', secret: 's' },
      scopes: [],
      preset: 'generic',
      refreshLeewayMs: 0,
      groupsClaim: 'groups',
      authorizationParams: {},
      hooks: { oktaEventsSecret: undefined, revocationIssuer: undefined },
    },
    fetch: async (input) =>
      Response.json(String(input).endsWith('/token') ? answer : { issuer, token_endpoint: `${issuer}/token` }),
    now: () => now * 1_000,
    log: { warn() {} },
    refusals: { refused() {}, accepted() {} },
  });
  return upstream.refresh('old', 'u1');
}

it('a refresh takes over claims that are in order', async () => {
  expect(await refreshed({ auth_time: now - 60 })).toMatchObject({ kind: 'refreshed', refreshToken: 'rotated' });
});

it.each([
  ['auth_time in milliseconds', { auth_time: now * 1_000 }],
  ['auth_time in the future', { auth_time: now + 3_600 }],
  ['iat in milliseconds', { iat: now * 1_000 }],
])('a refresh takes over no claims, but keeps the rotated token, with %s', async (_what, more) => {
  expect(await refreshed(more)).toEqual({ kind: 'incomplete', cause: expect.any(String), refreshToken: 'rotated' });
});
