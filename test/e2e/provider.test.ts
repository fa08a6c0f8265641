import * as oauth from 'oauth4webapi';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createIdp, type Idp } from '../../demo/idp/idp.ts';
import { type Listening, serve } from '../../demo/serve.ts';
import { demoUsers } from '../../demo/users.ts';
import { freePorts } from './kit/ports.ts';
import { createVisitor, type Visitor } from './kit/visitor.ts';

const secret = 'a-secret-of-this-test';
const redirectUri = 'https://extension.example/';
const client: oauth.Client = { client_id: 'broker' };
const http = { [oauth.allowInsecureRequests]: true };
const auth = oauth.ClientSecretBasic(secret);

let issuer: URL;
let idp: Idp;
let server: Listening;
let as: oauth.AuthorizationServer;

beforeAll(async () => {
  const { idp: port } = await freePorts();
  issuer = new URL(`http://127.0.0.1:${port}`);
  idp = await createIdp({
    issuer: issuer.origin,
    client: { id: client.client_id, secret, redirectUris: [redirectUri], postLogoutRedirectUris: [] },
    users: demoUsers,
    now: Date.now,
    log: console.error,
  });
  server = await serve(idp.handler, port);
  as = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, http));
});

afterAll(() => server?.close());

const newVisitor = () => createVisitor([issuer.origin]);

async function authorize({ visit }: Visitor, password = 'engine-1843', extra: Record<string, string> = {}) {
  const verifier = oauth.generateRandomCodeVerifier();
  const state = oauth.generateRandomState();
  const url = new URL(as.authorization_endpoint ?? '');
  url.search = new URLSearchParams({
    client_id: client.client_id,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid profile email groups offline_access',
    state,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...extra,
  }).toString();
  let visited = await visit(url);
  if (visited.ended) visited = await visit(visited.url, { username: 'ada', password });
  return { visited, verifier, state };
}

async function signIn(visitor = newVisitor(), extra: Record<string, string> = {}) {
  const { visited, verifier, state } = await authorize(visitor, undefined, extra);
  const params = oauth.validateAuthResponse(as, client, visited.url, state);
  const request = oauth.authorizationCodeGrantRequest(as, client, auth, params, redirectUri, verifier, http);
  return oauth.processAuthorizationCodeResponse(as, client, await request, { requireIdToken: true });
}

async function refresh(token: string | undefined) {
  const answer = await oauth.refreshTokenGrantRequest(as, client, auth, token ?? '', http);
  return oauth.processRefreshTokenResponse(as, client, answer);
}

describe("the demo's identity provider", () => {
  it('announces what the broker relies on', () => {
    expect(as).toMatchObject({
      issuer: issuer.origin,
      authorization_response_iss_parameter_supported: true,
      code_challenge_methods_supported: ['S256'],
      pushed_authorization_request_endpoint: expect.any(String),
      revocation_endpoint: expect.any(String),
      end_session_endpoint: expect.any(String),
    });
  });

  it('says so on a wrong password, and asks again', async () => {
    const { visited } = await authorize(newVisitor(), 'wrong');
    expect(visited.status).toBe(200);
    expect(visited.text).toContain('Wrong username or password');
    expect(visited.text).toContain('name="username"');
  });

  it('gives name, email, groups and a refresh token without prompt=consent', async () => {
    const tokens = await signIn();
    expect(oauth.getValidatedIdTokenClaims(tokens)).toMatchObject({
      sub: 'ada',
      name: 'Ada Lovelace',
      email: 'ada@example.com',
      groups: ['staff', 'admins'],
      auth_time: expect.any(Number),
    });
    expect(tokens.refresh_token).toEqual(expect.any(String));
    expect(idp.store.identifiers('RefreshToken')).toContain(tokens.refresh_token);
  });

  it('lets prompt=consent and prompt=none pass without a question', async () => {
    const visitor = newVisitor();
    expect((await signIn(visitor, { prompt: 'consent' })).scope).toContain('offline_access');
    expect((await signIn(visitor, { prompt: 'none' })).refresh_token).toEqual(expect.any(String));
  });

  it('refuses an authorization request without PKCE', async () => {
    const { visited } = await authorize(newVisitor(), undefined, { code_challenge: '', code_challenge_method: '' });
    expect(visited.url.searchParams.get('error')).toBe('invalid_request');
  });

  it('rotates refresh tokens, and ends the grant of one that is used twice, and no other', async () => {
    const visitor = newVisitor();
    const [first, other] = [await signIn(visitor), await signIn(visitor)];
    const before = { ...idp.counts };
    const second = await refresh(first.refresh_token);
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(oauth.getValidatedIdTokenClaims(second)?.groups).toEqual(['staff', 'admins']);

    await expect(refresh(first.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(refresh(second.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(refresh(other.refresh_token)).resolves.toHaveProperty('refresh_token');
    expect(idp.counts).toMatchObject({ rotations: before.rotations + 2, reuses: before.reuses + 1 });
  });

  it('revokes a refresh token, and no other grant with it', async () => {
    const visitor = newVisitor();
    const [first, other] = [await signIn(visitor), await signIn(visitor)];
    await oauth.revocationRequest(as, client, auth, first.refresh_token ?? '', http);
    await expect(refresh(first.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant' });
    await expect(refresh(other.refresh_token)).resolves.toHaveProperty('refresh_token');
  });
});
