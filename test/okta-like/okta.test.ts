import { exportJWK, generateKeyPair } from 'jose';
import * as oauth from 'oauth4webapi';
import { beforeEach, describe, expect, it } from 'vitest';
import { verifier } from '../../clients/api/index.ts';
import type { OktaOptions } from './model.ts';
import { createOktaLike, type OktaLike } from './okta.ts';

const org = 'http://127.0.0.1:1';
const redirectUri = 'https://app.example.com/callback';
const client: oauth.Client = { client_id: '0oa1' };
const auth = oauth.ClientSecretBasic('a-secret-of-this-test');
const users = [{ id: '00u1', login: 'ada@example.com', password: 'engine-1843', name: 'Ada', groups: ['staff'] }];

let now: number;
let okta: OktaLike;
let as: oauth.AuthorizationServer;

const options = () => ({
  [oauth.allowInsecureRequests]: true,
  [oauth.customFetch]: async (url: string, init: oauth.CustomFetchOptions<string, unknown>) =>
    okta.app.request(url, init as RequestInit),
});
const start = async (more: Partial<OktaOptions> = {}) => {
  now = Date.now();
  const registered = { id: '0oa1', secret: 'a-secret-of-this-test', redirectUris: [redirectUri] };
  okta = await createOktaLike({ org, client: registered, users, now: () => now, ...more });
  const issuer = new URL(okta.issuer);
  as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options()));
};
beforeEach(() => start());

/** Signs in, and returns the code. */
async function authorize(verifierText: string) {
  const url = new URL(as.authorization_endpoint ?? '');
  url.search = new URLSearchParams({
    client_id: client.client_id,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid profile email groups offline_access',
    state: 'state-1',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifierText),
    code_challenge_method: 'S256',
  }).toString();
  const form = new URLSearchParams({ username: 'ada@example.com', password: 'engine-1843' });
  const answer = await okta.app.request(url, { method: 'POST', body: form });
  return oauth.validateAuthResponse(as, client, new URL(answer.headers.get('location') ?? ''), 'state-1');
}

async function signIn(more: oauth.TokenEndpointRequestOptions = {}) {
  const code = oauth.generateRandomCodeVerifier();
  const parameters = await authorize(code);
  const request = () =>
    oauth.authorizationCodeGrantRequest(as, client, auth, parameters, redirectUri, code, { ...options(), ...more });
  return { request, tokens: async () => oauth.processAuthorizationCodeResponse(as, client, await request()) };
}
const refresh = async (token: string | undefined) =>
  oauth.processRefreshTokenResponse(
    as,
    client,
    await oauth.refreshTokenGrantRequest(as, client, auth, token ?? '', options()),
  );

describe('a provider like Okta', () => {
  it('issues access tokens in its dialect, which @latchkey/api reads', async () => {
    const { access_token } = await (await signIn()).tokens();
    const verify = verifier({
      issuer: okta.issuer,
      audience: 'api://default',
      provider: 'okta',
      clients: ['0oa1'],
      fetch: (input, init) => Promise.resolve(okta.app.request(String(input), init)),
    });
    const request = new Request('https://api.example.com', { headers: { authorization: `Bearer ${access_token}` } });
    expect(await verify(request, { scopes: ['groups'] })).toMatchObject({
      sub: 'ada@example.com',
      client_id: '0oa1',
      scp: ['openid', 'profile', 'email', 'groups', 'offline_access'],
    });
  });

  it('takes a rotated token again for 30 s; after that its use ends the family', async () => {
    const first = await (await signIn()).tokens();
    const second = await refresh(first.refresh_token);
    now += 30_000;
    const third = await refresh(first.refresh_token);
    expect(third.refresh_token).not.toBe(second.refresh_token);
    now += 1;
    await expect(refresh(first.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(refresh(third.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' });
    expect(okta.families.counts).toEqual({ rotations: 1, repeats: 1, reuses: 1 });
  });

  it('tells what is left in X-Rate-Limit-*, and refuses with E0000047 and no Retry-After', async () => {
    okta.rateLimit.limit = 1;
    const keys = () => okta.app.request(as.jwks_uri ?? '');
    const first = await keys();
    expect(first.status).toBe(200);
    expect(first.headers.get('x-rate-limit-remaining')).toBe('0');
    const second = await keys();
    expect(second.status).toBe(429);
    expect(await second.json()).toMatchObject({ errorCode: 'E0000047', errorCauses: [] });
    expect(second.headers.get('retry-after')).toBeNull();
    expect(Number(second.headers.get('x-rate-limit-reset'))).toBe(Math.ceil((now + 60_000) / 1_000));
    now += 60_000;
    expect((await keys()).status).toBe(200);
  });

  it.each([
    ['/api/v1/users/me', 401, 'E0000011'],
    ['/nowhere', 404, 'E0000007'],
  ])('answers %s as its management API does', async (path, status, errorCode) => {
    const answer = await okta.app.request(`${org}${path}`);
    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject({ errorCode, errorLink: errorCode });
  });

  it('wants a proof with its nonce where the application says so', async () => {
    await start({ dpop: true });
    const bare = await (await signIn()).request();
    expect(await bare.json()).toMatchObject({ error: 'invalid_dpop_proof' });

    const keys = await generateKeyPair('ES256', { extractable: true });
    expect((await exportJWK(keys.publicKey)).kty).toBe('EC');
    const DPoP = oauth.DPoP(client, keys);
    const { tokens } = await signIn({ DPoP });
    const first = await tokens().catch((error: unknown) => error);
    expect(oauth.isDPoPNonceError(first)).toBe(true);
    expect(await (await signIn({ DPoP })).tokens()).toMatchObject({ token_type: 'dpop' });
  });
});
