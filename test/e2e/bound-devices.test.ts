import { calculateJwkThumbprint, decodeJwt, exportJWK, generateKeyPair } from 'jose';
import * as openid from 'openid-client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createProof } from '../../shared/dpop.ts';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { postForm } from './kit/device-flow.ts';
import { allowedCode, nativeFlow } from './kit/native-flow.ts';
import { createPerson } from './kit/person.ts';

/** Device clients with DPoP (RFC 9449). A request with a proof gets a bound token or is rejected. */
let broker: TestBroker;
let issuer: string;
let api: string;
const unbound = 'https://unbound.example.com';

beforeAll(async () => {
  broker = await startBrokerAndIdp((config) => {
    const { resources, devices } = config as {
      resources: Record<string, object>;
      devices: Record<string, { allow: Record<string, string[]> }>;
    };
    resources[unbound] = { name: 'Without DPoP', scopes: { 'old:read': 'See old things' }, dpop: 'off' };
    if (devices.cli) devices.cli.allow[unbound] = ['old:read'];
  });
  issuer = broker.origins.broker;
  api = broker.origins.api;
});
afterAll(() => broker?.close());

async function newKey() {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  const publicJwk = await exportJWK(publicKey);
  const jkt = await calculateJwkThumbprint(publicJwk);
  const keys = { privateKey, publicJwk };
  return {
    jkt,
    /** A proof for the token endpoint, with a fresh nonce from the broker. */
    async proof(): Promise<{ DPoP: string }> {
      const asked = await postForm(
        `${issuer}/token`,
        { grant_type: 'refresh_token', client_id: 'cli', refresh_token: 'x' },
        { DPoP: await createProof(keys, { method: 'POST', url: `${issuer}/token` }, Date.now()) },
      );
      const nonce = asked.headers.get('dpop-nonce') ?? '';
      return { DPoP: await createProof(keys, { method: 'POST', url: `${issuer}/token`, nonce }, Date.now()) };
    },
  };
}

const refresh = (token: string, headers: Record<string, string> = {}) =>
  postForm(`${issuer}/token`, { grant_type: 'refresh_token', client_id: 'cli', refresh_token: token }, headers);

describe('a token request with a proof', () => {
  it('gets a bound token and a bound refresh token: nobody else can use them', async () => {
    const [mine, other] = [await newKey(), await newKey()];
    const { code, redeem } = await allowedCode(broker);
    const tokens = await redeem(code, {}, await mine.proof());
    expect(tokens).toMatchObject({ status: 200, body: { token_type: 'DPoP' } });
    expect(tokens.headers.get('dpop-nonce')).toEqual(expect.any(String));
    expect(decodeJwt(tokens.body.access_token)).toMatchObject({ cnf: { jkt: mine.jkt } });
    for (const headers of [{}, await other.proof()]) {
      expect(await refresh(tokens.body.refresh_token, headers)).toMatchObject({
        status: 400,
        body: { error: 'invalid_grant', error_description: expect.stringContaining('bound to a DPoP key') },
      });
    }
    const next = await refresh(tokens.body.refresh_token, await mine.proof());
    expect(next).toMatchObject({ status: 200, body: { token_type: 'DPoP' } });
    expect(decodeJwt(next.body.access_token)).toMatchObject({ cnf: { jkt: mine.jkt } });
    const asBearer = await fetch(`${issuer}/userinfo`, {
      headers: { Authorization: `Bearer ${next.body.access_token}` },
    });
    expect(asBearer.status).toBe(401);
  });

  it('needs the nonce of the broker, a fresh proof, and uses up nothing until it has it', async () => {
    const key = await newKey();
    const { code, redeem } = await allowedCode(broker);
    const { privateKey, publicKey } = await generateKeyPair('ES256');
    const without = await createProof(
      { privateKey, publicJwk: await exportJWK(publicKey) },
      { method: 'POST', url: `${issuer}/token` },
      Date.now(),
    );
    const first = await redeem(code, {}, { DPoP: without });
    expect(first).toMatchObject({ status: 400, body: { error: 'use_dpop_nonce' } });
    expect(first.headers.get('dpop-nonce')).toEqual(expect.any(String));
    expect((await redeem(code, {}, { DPoP: 'nonsense' })).body.error).toBe('invalid_dpop_proof');
    const proof = await key.proof();
    const tokens = await redeem(code, {}, proof);
    expect(tokens.status).toBe(200);
    expect((await refresh(tokens.body.refresh_token, proof)).body.error).toBe('invalid_dpop_proof');
    expect((await refresh(tokens.body.refresh_token, await key.proof())).status).toBe(200);
  });

  it('is refused for a resource that takes no bound tokens, and uses up nothing', async () => {
    const key = await newKey();
    const { code, redeem } = await allowedCode(broker, { resource: unbound, scope: 'old:read' });
    expect(await redeem(code, {}, await key.proof())).toMatchObject({
      status: 400,
      body: { error: 'invalid_dpop_proof', error_description: expect.stringContaining('leave out the DPoP header') },
    });
    expect(await redeem(code)).toMatchObject({ status: 200, body: { token_type: 'Bearer' } });
  });

  it('binds a refresh token that was not bound before', async () => {
    const key = await newKey();
    const { code, redeem } = await allowedCode(broker);
    const { body } = await redeem(code);
    expect(body.token_type).toBe('Bearer');
    const bound = await refresh(body.refresh_token, await key.proof());
    expect(bound.body.token_type).toBe('DPoP');
    expect((await refresh(bound.body.refresh_token)).body.error).toBe('invalid_grant');
    expect((await refresh(bound.body.refresh_token, await key.proof())).status).toBe(200);
  });
});

describe('dpop_jkt at the authorization endpoint (RFC 9449 §10)', () => {
  it('binds the code: only this key can redeem it', async () => {
    const [mine, other] = [await newKey(), await newKey()];
    const { code, redeem } = await allowedCode(broker, { dpop_jkt: mine.jkt });
    expect((await redeem(code)).body.error).toBe('invalid_grant');
    expect((await redeem(code, {}, await other.proof())).body.error).toBe('invalid_grant');
    expect(await redeem(code, {}, await mine.proof())).toMatchObject({ status: 200, body: { token_type: 'DPoP' } });
  });

  it('is refused if it is no thumbprint', async () => {
    const { visitor } = createPerson(broker.origins);
    const { url } = await visitor.visit(nativeFlow(issuer).request({ dpop_jkt: 'short' }));
    expect(url.searchParams.get('error')).toBe('invalid_request');
  });
});

describe('openid-client with DPoP', () => {
  it('completes the device flow, refreshes, and reads UserInfo', async () => {
    const config = await openid.discovery(new URL(issuer), 'cli', undefined, openid.None(), {
      execute: [openid.allowInsecureRequests],
    });
    const keys = await openid.randomDPoPKeyPair('ES256', { extractable: true });
    const DPoP = openid.getDPoPHandle(config, keys);
    const started = await openid.initiateDeviceAuthorization(config, { scope: 'openid email orders:read' });
    const polling = openid.pollDeviceAuthorizationGrant(config, started, undefined, { DPoP });
    const person = createPerson(broker.origins);
    await person.decide(await person.enter(started.user_code), 'allow');
    const tokens = await polling;
    expect(tokens.token_type).toBe('dpop');
    const { sub = '' } = tokens.claims() ?? {};
    expect(await openid.fetchUserInfo(config, tokens.access_token, sub, { DPoP })).toMatchObject({
      email: 'ada@example.com',
    });
    const next = await openid.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, { DPoP });
    expect(decodeJwt(next.access_token)).toMatchObject({
      aud: [api, `${issuer}/userinfo`],
      cnf: { jkt: expect.any(String) },
    });
    await expect(openid.refreshTokenGrant(config, next.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });
});
