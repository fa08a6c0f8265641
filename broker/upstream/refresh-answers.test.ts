import { generateKeyPairSync } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { presetOf } from '../config/provider-presets.ts';
import type { ClientAuthentication } from '../config/types.ts';
import type { RefusedRequest } from './refusals.ts';
import type { Refusal } from './types.ts';
import { unavailableReason } from './unavailable-reason.ts';
import { createUpstream } from './upstream.ts';

const issuer = 'https://p.example';
const metadata = { issuer, authorization_endpoint: `${issuer}/authorize`, token_endpoint: `${issuer}/token` };
const now = Date.now();
const seconds = Math.floor(now / 1_000);

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
/** Its signature isn't verified, because it comes from the token endpoint over TLS (OpenID Connect Core §3.1.3.7). */
const idToken = (claims: object): string =>
  [
    base64url({ alg: 'RS256' }),
    base64url({ iss: issuer, aud: 'c', sub: 'ada', iat: seconds, exp: seconds + 60, groups: ['staff'], ...claims }),
    'c2ln',
  ].join('.');
const tokens = (more: object = {}) => ({ access_token: 'at', token_type: 'Bearer', ...more });

/** A refresh that gets this response. */
async function refreshed(
  answer: () => Response,
  {
    preset = 'generic',
    authentication,
    discovery = () => Response.json(metadata),
  }: { preset?: string; authentication?: ClientAuthentication; discovery?: () => Response } = {},
) {
  const noted: [RefusedRequest, Refusal | 'accepted'][] = [];
  const upstream = createUpstream({
    config: {
      name: 'p',
      issuer,
      clientId: 'c',
      authentication: authentication ?? { method: 'client_secret_basic', secret: 's' },
      scopes: ['openid'],
      preset,
      refreshLeewayMs: 0,
      groupsClaim: 'groups',
      authorizationParams: {},
      hooks: { oktaEventsSecret: undefined, revocationIssuer: undefined },
    },
    fetch: async (input) => (String(input).endsWith('/token') ? answer() : discovery()),
    now: () => now,
    log: { warn() {} },
    refusals: {
      refused: (_upstream, request, refusal) => void noted.push([request, refusal]),
      accepted: (_upstream, request) => void noted.push([request, 'accepted']),
    },
  });
  return { outcome: await upstream.refresh('rt-1', 'ada'), noted };
}

const json = (body: object, status = 400, headers: Record<string, string> = {}) =>
  Response.json(body, { status, headers });
const page = (status: number, headers: Record<string, string> = {}) =>
  new Response('<h1>Blocked</h1>', { status, headers: { 'Content-Type': 'text/html; charset=utf-8', ...headers } });
const challenge = { 'WWW-Authenticate': 'Basic realm="p"' };

describe('an answer that refuses this broker', () => {
  it.each<[string, () => Response, string]>([
    ['401 invalid_client', () => json({ error: 'invalid_client' }, 401), 'invalid_client'],
    ['401 invalid_client with a challenge', () => json({ error: 'invalid_client' }, 401, challenge), 'invalid_client'],
    ['401 with a challenge and a page', () => page(401, challenge), 'http_401'],
    ['401 with nothing', () => new Response(null, { status: 401 }), 'http_401'],
    ['403 of a firewall, a page', () => page(403), 'http_403'],
    ['403 of a firewall, JSON', () => json({ error: 'blocked by web application firewall' }, 403), 'http_403'],
    ['403 with another kind of JSON', () => json({ errorCode: 'E0000006' }, 403), 'http_403'],
    ['400 unauthorized_client', () => json({ error: 'unauthorized_client' }), 'unauthorized_client'],
    ['400 unsupported_grant_type', () => json({ error: 'unsupported_grant_type' }), 'unsupported_grant_type'],
    ['400 invalid_scope', () => json({ error: 'invalid_scope' }), 'invalid_scope'],
    ['400 invalid_request', () => json({ error: 'invalid_request' }), 'invalid_request'],
    ['400 with an unknown code', () => json({ error: 'out_of_cheese' }), 'out_of_cheese'],
    [
      '400 with a code that another preset names',
      () => json({ error: 'interaction_required' }),
      'interaction_required',
    ],
    ['404', () => page(404), 'http_404'],
    ['a redirect of a captive portal', () => page(302, { Location: 'https://portal.example/' }), 'http_302'],
    ['200 with a page', () => page(200), 'http_200'],
    ['200 with an unknown code', () => json({ error: 'out_of_cheese' }, 200), 'out_of_cheese'],
  ])('says nothing about the grant: %s', async (_, answer, error) => {
    const { outcome, noted } = await refreshed(answer);
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { error } });
    expect(noted).toEqual([['refresh', expect.objectContaining({ error })]]);
  });

  it('is told with the provider’s own description', async () => {
    const description = 'AADSTS7000222: The provided client secret keys are expired.';
    const { outcome } = await refreshed(() => json({ error: 'invalid_client', error_description: description }, 401));
    expect(outcome).toMatchObject({ refusal: { status: 401, description } });
  });

  it('is told without what it quotes of the request', async () => {
    const { outcome } = await refreshed(() =>
      json({ error: 'blocked', error_description: 'rule 7: grant_type=refresh_token&refresh_token=rt-1' }, 403),
    );
    expect(outcome).toMatchObject({ kind: 'refused', refusal: { status: 403, description: undefined } });
    expect(JSON.stringify(outcome)).not.toContain('rt-1');
  });
});

describe('an answer that ends the grant', () => {
  it.each<[string, string, () => Response]>([
    ['invalid_grant', 'generic', () => json({ error: 'invalid_grant' })],
    ['invalid_grant with status 403', 'auth0', () => json({ error: 'invalid_grant' }, 403)],
    [
      'invalid_grant with status 401 and a challenge',
      'generic',
      () => json({ error: 'invalid_grant' }, 401, challenge),
    ],
    ['invalid_grant with status 200', 'generic', () => json({ error: 'invalid_grant' }, 200)],
    ['a code that the preset names', 'entra', () => json({ error: 'interaction_required' })],
  ])('is %s', async (_, preset, answer) => {
    const { outcome, noted } = await refreshed(answer, { preset });
    expect(outcome.kind).toBe('ended');
    // It also shows that the provider knows this client.
    expect(noted).toEqual([['refresh', 'accepted']]);
  });
});

describe('no conclusive answer', () => {
  const brokenOff = () =>
    new Response(
      new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('{"access_token":"at","refresh_to'));
          controller.error(new TypeError('terminated'));
        },
      }),
      { headers: { 'Content-Type': 'application/json' } },
    );
  const thrown =
    (code: string, more: object = {}) =>
    () => {
      throw new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code, ...more }) });
    };
  const json200 = (text: string) => () => new Response(text, { headers: { 'Content-Type': 'application/json' } });

  it.each<[string, () => Response, { delivered: boolean; affects: 'provider' | 'session' }]>([
    ['429', () => page(429), { delivered: false, affects: 'provider' }],
    ['502', () => page(502), { delivered: false, affects: 'provider' }],
    ['503', () => page(503), { delivered: false, affects: 'provider' }],
    ['504', () => page(504), { delivered: true, affects: 'provider' }],
    ['500', () => page(500), { delivered: false, affects: 'session' }],
    ['500 server_error', () => json({ error: 'server_error' }, 500), { delivered: false, affects: 'session' }],
    [
      'temporarily_unavailable',
      () => json({ error: 'temporarily_unavailable' }),
      { delivered: false, affects: 'provider' },
    ],
    ['a reset', thrown('ECONNRESET', { syscall: 'read' }), { delivered: true, affects: 'provider' }],
    ['a refused connection', thrown('ECONNREFUSED'), { delivered: false, affects: 'provider' }],
    [
      'a connection that times out',
      thrown('ETIMEDOUT', { syscall: 'connect' }),
      { delivered: false, affects: 'provider' },
    ],
    ['an expired certificate', thrown('CERT_HAS_EXPIRED'), { delivered: false, affects: 'provider' }],
    ['200 that breaks off', brokenOff, { delivered: true, affects: 'session' }],
    ['200 with half of its JSON', json200('{"access_token":'), { delivered: true, affects: 'session' }],
    ['200 with no tokens', json200('{}'), { delivered: true, affects: 'session' }],
    ['200 with a list', json200('[]'), { delivered: true, affects: 'session' }],
  ])('is %s', async (_, answer, how) => {
    const { outcome, noted } = await refreshed(answer);
    expect(outcome).toMatchObject({ kind: 'unavailable', ...how });
    expect(noted).toEqual([]);
  });

  it('is a request that was never sent, because this broker’s own key is no use', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const { outcome } = await refreshed(() => json(tokens(), 200), {
      authentication: { method: 'private_key_jwt', pem },
    });
    expect(outcome).toMatchObject({ kind: 'unavailable', delivered: false });
  });
});

it('a provider whose metadata cannot be used was not asked, and is told apart from one that does not respond', async () => {
  const { outcome } = await refreshed(() => json(tokens(), 200), { discovery: () => page(403) });
  expect(outcome).toMatchObject({ kind: 'unavailable', delivered: false, affects: 'provider' });
  expect(outcome.kind === 'unavailable' && unavailableReason(outcome)).toContain('metadata is invalid');
});

describe('a refresh whose answer says something wrong of the person', () => {
  it.each([
    ['iss', { iss: 'https://other.example' }],
    ['aud', { aud: 'another-client' }],
    ['sub', { sub: 'grace' }],
    ['exp', { exp: seconds - 3_600 }],
  ])('is incomplete, and loses no rotated token: %s', async (_, claims) => {
    const { outcome } = await refreshed(() => json(tokens({ refresh_token: 'rt-2', id_token: idToken(claims) }), 200));
    expect(outcome).toMatchObject({ kind: 'incomplete', refreshToken: 'rt-2' });
  });

  it('differs from one that is right', async () => {
    const { outcome } = await refreshed(() => json(tokens({ refresh_token: 'rt-2', id_token: idToken({}) }), 200));
    expect(outcome).toMatchObject({ kind: 'refreshed', refreshToken: 'rt-2', claims: { groups: ['p:staff'] } });
  });
});

it('every preset ends a grant by invalid_grant alone, unless it names more', () => {
  for (const name of ['generic', 'okta', 'auth0', 'keycloak', 'google', 'oidc-provider'])
    expect(presetOf(name).grantEndedErrors).toEqual([]);
});
