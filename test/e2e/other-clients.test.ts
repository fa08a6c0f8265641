import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { generators, Issuer } from 'openid-client5';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { createPerson } from './kit/person.ts';

/** Third-party clients, used as they document it. The only extra options allow plain HTTP on loopback. */
let broker: TestBroker;
let issuer: string;

beforeAll(async () => {
  broker = await startBrokerAndIdp();
  issuer = broker.origins.broker;
});
afterAll(() => broker?.close());

const scope = 'openid profile email offline_access orders:read';

async function allow(userCode: string): Promise<void> {
  const person = createPerson(broker.origins);
  const done = await person.decide(await person.enter(userCode), 'allow');
  expect(done.text).toContain('You’re signed in');
}

const callApi = (accessToken: string) =>
  jwtVerify(accessToken, createRemoteJWKSet(new URL(`${issuer}/jwks`)), { issuer, audience: broker.origins.api });

describe('openid-client', () => {
  const discover = () =>
    openid.discovery(new URL(issuer), 'cli', undefined, openid.None(), { execute: [openid.allowInsecureRequests] });

  it('completes the device flow', async () => {
    const config = await discover();
    const started = await openid.initiateDeviceAuthorization(config, { scope });
    const polling = openid.pollDeviceAuthorizationGrant(config, started);
    await allow(started.user_code);
    const tokens = await polling;
    const claims = tokens.claims();
    expect(claims).toMatchObject({ aud: 'cli', name: 'Ada Lovelace', email: 'ada@example.com' });
    expect(tokens.scope?.split(' ').sort()).toEqual(scope.split(' ').sort());
    const me = await openid.fetchUserInfo(config, tokens.access_token, claims?.sub ?? '');
    expect(me).toEqual({ sub: claims?.sub, name: 'Ada Lovelace', email: 'ada@example.com', email_verified: true });
    const next = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '', { scope });
    expect(next.claims()?.sub).toBe(claims?.sub);
    await openid.tokenRevocation(config, next.refresh_token ?? '');
    await expect(openid.refreshTokenGrant(config, next.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  it('completes the loopback flow, with state, nonce and iss', async () => {
    const config = await discover();
    const pkceCodeVerifier = openid.randomPKCECodeVerifier();
    const [expectedState, expectedNonce] = [openid.randomState(), openid.randomNonce()];
    const url = openid.buildAuthorizationUrl(config, {
      redirect_uri: 'http://127.0.0.1:51004/callback',
      scope,
      state: expectedState,
      nonce: expectedNonce,
      code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    });
    const person = createPerson(broker.origins);
    const confirmation = await person.open(url);
    for (const fact of [
      'Command line',
      '127.0.0.1:51004',
      'Ada Lovelace',
      'See your orders',
      'See your email address',
    ]) {
      expect(confirmation.text).toContain(fact);
    }
    const { url: redirected } = await person.decideNative(confirmation, 'allow');
    expect(redirected.searchParams.get('iss')).toBe(issuer);
    const tokens = await openid.authorizationCodeGrant(config, redirected, {
      pkceCodeVerifier,
      expectedState,
      expectedNonce,
      idTokenExpected: true,
      maxAge: 600,
    });
    expect(tokens.claims()).toMatchObject({ aud: 'cli', nonce: expectedNonce, name: 'Ada Lovelace' });
    expect((await callApi(tokens.access_token)).payload).toMatchObject({ client_id: 'cli' });
    const next = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(next.claims()).not.toHaveProperty('nonce');
  });
});

describe('openid-client 5, which wants RS256', () => {
  const client = async () => {
    const { Client } = await Issuer.discover(issuer);
    return new Client({ client_id: 'cli', token_endpoint_auth_method: 'none' });
  };

  it('completes the device flow', async () => {
    const cli = await client();
    const started = await cli.deviceAuthorization({ scope });
    const polling = started.poll();
    await allow(started.user_code);
    const tokens = await polling;
    expect(decodeProtectedHeader(tokens.id_token ?? '')).toMatchObject({ alg: 'RS256' });
    expect(tokens.claims()).toMatchObject({ aud: 'cli', email: 'ada@example.com', email_verified: true });
    expect(await cli.userinfo(tokens)).toMatchObject({ sub: tokens.claims().sub, name: 'Ada Lovelace' });
    const next = await cli.refresh(tokens);
    await cli.revoke(next.refresh_token ?? '');
    await expect(cli.refresh(next)).rejects.toMatchObject({ error: 'invalid_grant' });
  });

  it('completes the loopback flow', async () => {
    const cli = await client();
    const redirect_uri = 'http://127.0.0.1:51004/callback';
    const [state, nonce, code_verifier] = [generators.state(), generators.nonce(), generators.codeVerifier()];
    const code_challenge = generators.codeChallenge(code_verifier);
    const url = cli.authorizationUrl({
      redirect_uri,
      scope,
      state,
      nonce,
      code_challenge,
      code_challenge_method: 'S256',
      resource: broker.origins.api,
    });
    const person = createPerson(broker.origins);
    const { url: redirected } = await person.decideNative(await person.open(url), 'allow');
    const checks = { state, nonce, code_verifier, response_type: 'code', max_age: 600 };
    const exchange = { exchangeBody: { resource: broker.origins.api } };
    const tokens = await cli.callback(redirect_uri, cli.callbackParams(redirected.href), checks, exchange);
    expect((await callApi(tokens.access_token ?? '')).payload).toMatchObject({ client_id: 'cli' });
  });
});

describe('oauth4webapi', () => {
  it('completes the device flow', async () => {
    const options = { [oauth.allowInsecureRequests]: true };
    const server = new URL(issuer);
    const as = await oauth.processDiscoveryResponse(server, await oauth.discoveryRequest(server, options));
    const client: oauth.Client = { client_id: 'tv' };
    const started = await oauth.processDeviceAuthorizationResponse(
      as,
      client,
      await oauth.deviceAuthorizationRequest(as, client, oauth.None(), { scope }, options),
    );
    const poll = async () =>
      oauth.processDeviceCodeResponse(
        as,
        client,
        await oauth.deviceCodeGrantRequest(as, client, oauth.None(), started.device_code, options),
      );
    await expect(poll()).rejects.toMatchObject({ error: 'authorization_pending' });
    await allow(started.user_code);
    await sleep((started.interval ?? 5) * 1_000);
    const tokens = await poll();
    const claims = oauth.getValidatedIdTokenClaims(tokens);
    expect(claims).toMatchObject({ iss: issuer, aud: 'tv', email: 'ada@example.com' });
    const me = await oauth.processUserInfoResponse(
      as,
      client,
      claims?.sub ?? '',
      await oauth.userInfoRequest(as, client, tokens.access_token, options),
    );
    expect(me.name).toBe('Ada Lovelace');
    const refreshed = await oauth.refreshTokenGrantRequest(
      as,
      client,
      oauth.None(),
      tokens.refresh_token ?? '',
      options,
    );
    expect((await oauth.processRefreshTokenResponse(as, client, refreshed)).refresh_token).toBeDefined();
  });
});

describe('curl', () => {
  const curl = async (...args: string[]) => {
    const { stdout } = await promisify(execFile)('curl', ['--silent', '--show-error', ...args]);
    return stdout === '' ? undefined : JSON.parse(stdout);
  };

  it('completes the device flow', async () => {
    const metadata = await curl(`${issuer}/.well-known/openid-configuration`);
    const started = await curl(metadata.device_authorization_endpoint, '-d', 'client_id=tv', '-d', `scope=${scope}`);
    const poll = () =>
      curl(
        metadata.token_endpoint,
        ...['-d', 'grant_type=urn:ietf:params:oauth:grant-type:device_code'],
        ...['-d', 'client_id=tv', '-d', `device_code=${started.device_code}`],
      );
    expect((await poll()).error).toBe('authorization_pending');
    await allow(started.user_code);
    const tokens = await poll();
    expect((await callApi(tokens.access_token)).payload).toMatchObject({ client_id: 'tv' });
    const bearer = ['-H', `Authorization: Bearer ${tokens.access_token}`];
    expect(await curl(metadata.userinfo_endpoint, ...bearer)).toMatchObject({ name: 'Ada Lovelace' });
    // Basic authentication with an empty secret, like `curl -u`.
    const refresh = ['-d', 'grant_type=refresh_token', '-d', `refresh_token=${tokens.refresh_token}`];
    const next = await curl(metadata.token_endpoint, '-u', 'tv:', ...refresh);
    expect(next.refresh_token).not.toBe(tokens.refresh_token);
    await curl(metadata.revocation_endpoint, '-d', 'client_id=tv', '-d', `token=${next.refresh_token}`);
    expect(await curl(metadata.userinfo_endpoint, '-H', `Authorization: Bearer ${next.access_token}`)).toMatchObject({
      error: 'invalid_token',
    });
  });
});
