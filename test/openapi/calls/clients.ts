import { createHash } from 'node:crypto';
import { exportJWK, generateKeyPair } from 'jose';
import { demoUsers } from '../../../demo/users.ts';
import { createProof } from '../../../shared/dpop.ts';
import type { TestBroker } from '../../e2e/kit/broker.ts';
import { allowDevice, beginDevice, pollDevice, postForm, refreshDevice } from '../../e2e/kit/device-flow.ts';
import { allowedCode, nativeFlow } from '../../e2e/kit/native-flow.ts';
import type { Exchange } from '../contract.ts';
import { rawRequest } from '../raw-request.ts';
import { service, serviceAuth } from '../setting.ts';

/** Everything that devices, native programs, services and APIs call, and how each call fails. */
export async function callAsClients(broker: TestBroker, check: (exchange: Exchange) => void): Promise<void> {
  const { origins } = broker;
  const { broker: issuer, api } = origins;
  const form = (path: string, parameters: Record<string, string>, headers = {}) =>
    postForm(`${issuer}${path}`, parameters, headers);
  const notAForm = (path: string) => fetch(`${issuer}${path}`, { method: 'POST', body: 'a=b' });

  for (const path of ['/.well-known/oauth-authorization-server', '/.well-known/openid-configuration', '/jwks']) {
    const { headers } = await fetch(`${issuer}${path}`);
    await fetch(`${issuer}${path}`, { headers: { 'If-None-Match': headers.get('etag') ?? '' } });
  }
  const ofPages = ['/token', '/device_authorization', '/revoke', '/userinfo', '/jwks'];
  for (const path of [...ofPages, '/.well-known/oauth-authorization-server', '/.well-known/openid-configuration'])
    await fetch(`${issuer}${path}`, { method: 'OPTIONS' });

  await form('/device_authorization', {});
  await form('/device_authorization', { client_id: 'nobody' });
  await form('/device_authorization', { client_id: service.id });
  await form('/device_authorization', { client_id: 'tv', scope: 'more' });
  await form('/device_authorization', { client_id: 'tv', resource: 'https://nowhere.example.com' });
  const { device_code, user_code } = await beginDevice(issuer, 'tv');
  await pollDevice(issuer, 'tv', device_code);
  await pollDevice(issuer, 'tv', device_code);
  const [ada] = demoUsers;
  if (!ada) throw new Error('the demo has no users');
  await allowDevice(origins, user_code, ada);
  await pollDevice(issuer, 'tv', device_code);
  await pollDevice(issuer, 'tv', 'unknown');

  const tokenRequests: Record<string, string>[] = [
    {},
    { grant_type: 'password' },
    { grant_type: 'refresh_token', client_id: 'tv' },
    { grant_type: 'refresh_token', client_id: 'tv', refresh_token: 'x' },
    { grant_type: 'client_credentials' },
    { grant_type: 'client_credentials', client_id: 'tv' },
    { grant_type: 'client_credentials', client_id: service.id, client_secret: 'wrong' },
    {
      grant_type: 'client_credentials',
      client_assertion: 'forged',
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    },
  ];
  for (const parameters of tokenRequests) await form('/token', parameters);
  const services = { grant_type: 'client_credentials' };
  await form('/token', { ...services, scope: 'more' }, serviceAuth);
  await form('/token', { ...services, resource: 'https://nowhere.example.com' }, serviceAuth);
  const ofService = (await form('/token', { ...services, resource: api, scope: 'orders:read' }, serviceAuth)).body;
  await form('/token', { ...services, client_id: service.id, client_secret: service.secret });

  const key = await newKey();
  const proof = (nonce?: string) => key.proof({ method: 'POST', url: `${issuer}/token`, nonce });
  const { code, redeem } = await allowedCode(broker, { scope: 'openid profile email groups orders:read' });
  const asked = await redeem(code, {}, { DPoP: await proof() });
  await redeem(code, {}, { DPoP: 'forged' });
  const bound = await redeem(code, {}, { DPoP: await proof(asked.headers.get('dpop-nonce') ?? '') });
  await refreshDevice(issuer, 'cli', bound.body.refresh_token);
  await redeem(code, { code_verifier: 'x'.repeat(43) });
  const native = await allowedCode(broker, { scope: 'openid profile email groups orders:read' });
  const { body } = await native.redeem(native.code, {});
  await refreshDevice(issuer, 'cli', body.refresh_token);

  await callUserInfo(issuer, body.access_token, ofService.access_token, { key, token: bound.body.access_token });
  await callIntrospect(form, body.access_token, ofService.access_token);
  await form('/revoke', { client_id: 'cli' });
  await form('/revoke', { client_id: 'nobody', token: 'x' });
  await form('/revoke', { client_id: 'tv', token: body.access_token });
  await form('/revoke', { client_id: service.id, token: 'x', client_secret: 'wrong' });
  await form('/revoke', { token: ofService.access_token }, serviceAuth);
  await form('/revoke', { client_id: 'cli', token: bound.body.refresh_token });
  await form('/register', {});
  for (const path of [...ofPages.slice(0, 3), '/introspect', '/authorize', '/logout', '/register'])
    await notAForm(path);
  await callNative(issuer, body.id_token);
  await callFromOtherSites(issuer, check);
}

/** A key on a machine whose clock is an hour late: its proofs are good with a nonce only. */
async function newKey() {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const keys = { privateKey, publicJwk: await exportJWK(publicKey) };
  return {
    proof: (target: { method: string; url: string; nonce?: string | undefined; ath?: string }) =>
      createProof(keys, target, Date.now() - 3_600_000),
  };
}
export type Key = Awaited<ReturnType<typeof newKey>>;

async function callUserInfo(
  issuer: string,
  token: string,
  ofService: string,
  bound: { key: Key; token: string },
): Promise<void> {
  const url = `${issuer}/userinfo`;
  const bearer = (value: string) => ({ Authorization: `Bearer ${value}` });
  const ath = createHash('sha256').update(bound.token).digest('base64url');
  for (const method of ['GET', 'POST']) {
    await fetch(url, { method, headers: bearer(token) });
    await fetch(url, { method });
    await fetch(url, { method, headers: bearer('a b') });
    await fetch(url, { method, headers: bearer('forged') });
    await fetch(url, { method, headers: bearer(ofService) });
    const headers = { Authorization: `DPoP ${bound.token}` };
    await fetch(url, { method, headers });
    const first = await fetch(url, {
      method,
      headers: { ...headers, DPoP: await bound.key.proof({ method, url, ath }) },
    });
    const nonce = first.headers.get('dpop-nonce') ?? undefined;
    await fetch(url, { method, headers: { ...headers, DPoP: await bound.key.proof({ method, url, ath, nonce }) } });
  }
}

async function callIntrospect(
  form: (path: string, parameters: Record<string, string>, headers?: object) => Promise<unknown>,
  token: string,
  ofService: string,
): Promise<void> {
  await form('/introspect', { token }, serviceAuth);
  await form('/introspect', { token: ofService }, serviceAuth);
  await form('/introspect', { token: 'x' }, serviceAuth);
  await form('/introspect', {}, serviceAuth);
  await form('/introspect', { token });
  await form('/introspect', { token, client_id: 'tv' });
}

async function callNative(issuer: string, idToken: string): Promise<void> {
  const open = (url: URL | string, init: RequestInit = {}) => fetch(url, { redirect: 'manual', ...init });
  const { request } = nativeFlow(issuer);
  await open(request());
  await open(request({ client_id: 'nobody' }));
  await open(request({ redirect_uri: 'https://elsewhere.example.com' }));
  await open(request({ prompt: 'none' }));
  await open(`${issuer}/authorize`, { method: 'POST', body: request().searchParams });
  await open(`${issuer}/logout`);
  const back = { id_token_hint: idToken, client_id: 'cli' };
  const redirect = { post_logout_redirect_uri: 'http://127.0.0.1:51009/callback', state: 'a b' };
  await open(`${issuer}/logout?${new URLSearchParams({ ...back, ...redirect })}`);
  await open(`${issuer}/logout?${new URLSearchParams(back)}`);
  await open(`${issuer}/logout`, { method: 'POST', body: new URLSearchParams({ ...back, ...redirect }) });
  await open(`${issuer}/logout`, { method: 'POST', body: new URLSearchParams(back) });
}

/** What a page of another site makes a browser send. `fetch` would say something else about itself. */
async function callFromOtherSites(issuer: string, check: (exchange: Exchange) => void): Promise<void> {
  const by = (mode: string, dest: string) => ({
    'Sec-Fetch-Site': 'cross-site',
    'Sec-Fetch-Mode': mode,
    'Sec-Fetch-Dest': dest,
  });
  const { pathname, search } = nativeFlow(issuer).request();
  for (const path of [`${pathname}${search}`, '/account']) {
    check(await rawRequest(issuer, 'GET', path, by('navigate', 'document')));
    check(await rawRequest(issuer, 'GET', path, by('navigate', 'iframe')));
  }
  check(await rawRequest(issuer, 'POST', '/device_authorization', by('no-cors', 'empty')));
}
