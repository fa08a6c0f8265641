import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createProof } from '../../shared/dpop.ts';
import { api, ask, basic, brokerWithProvider, chosenHash, postForm, signedInDevice } from '../../test/broker/honest.ts';
import { brokerInProcess, type InProcessBroker, issuer } from '../../test/broker/in-process.ts';
import { newSecret } from '../oauth/client-authentication/client-secret.ts';

let broker: InProcessBroker;
beforeAll(async () => {
  broker = await brokerWithProvider(`services:
  nightly: { allow: { ${api}: [orders:read] }, secret_hash: "${newSecret().hash}" }
  chosen: { allow: { ${api}: [orders:read] }, secret_hash: "${chosenHash('right')}" }
`);
});
afterAll(() => broker.close());

async function countOf(kind: string, of = broker): Promise<number> {
  const metrics = await of.deps.metrics.text();
  return Number(new RegExp(`failed_authentications_total\\{kind="${kind}"\\} (\\d+)`).exec(metrics)?.[1] ?? 0);
}

it.each(['nightly', 'chosen'])('of the service %s are counted beyond the budget, too', async (id) => {
  const before = await countOf('client_authentication');
  const grant = { grant_type: 'client_credentials' };
  for (let guess = 0; guess < 40; guess += 1) await postForm(broker, '/token', grant, basic(id, `wrong${guess}`));
  expect((await countOf('client_authentication')) - before).toBe(40);
});

it.each([
  ['backchannel-logout', 400, { body: new URLSearchParams({ logout_token: 'e30.e30.x' }) }],
  ['global-token-revocation', 401, { headers: { Authorization: 'Bearer e30.e30.x' } }],
])('of a caller of the hook %s are counted', async (hook, status, init) => {
  const before = await countOf('hook_authentication');
  const answer = await broker.request(`/hooks/okta/${hook}`, { method: 'POST', ...init });
  expect(answer.status).toBe(status);
  expect((await countOf('hook_authentication')) - before).toBe(1);
});

it.each(['POST', 'GET'])('of a %s of the Okta event hook without its secret are counted', async (method) => {
  const hooked = await brokerInProcess('resources: {}', {
    upstreams: `  okta:
    issuer: https://acme.okta.com
    client_id: latchkey
    client_secret: \${SECRET}
    hooks: { okta_events_secret: "\${HOOK_SECRET}" }`,
  });
  const answer = await hooked.request('/hooks/okta/okta-events', { method, headers: { Authorization: 'wrong' } });
  expect(answer.status).toBe(401);
  expect(await countOf('hook_authentication', hooked)).toBe(1);
  await hooked.close();
});

async function newKeys() {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  return { privateKey, publicJwk: await exportJWK(publicKey) };
}

it.each([
  ['/userinfo', `${issuer}/userinfo`, '/userinfo', {}],
  [
    '/verify',
    api,
    `/verify?resource=${api}`,
    { 'X-Forwarded-Method': 'GET', 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'shop', 'X-Forwarded-Uri': '/' },
  ],
])('of a proof that is used twice at %s are counted', async (_endpoint, aud, path, forwarded) => {
  const keys = await newKeys();
  const token = await broker.deps.minter.accessToken({
    sub: 'ada',
    aud,
    client_id: 'tv',
    scope: 'openid',
    exp: broker.clock.now / 1_000 + 60,
    cnf: { jkt: await calculateJwkThumbprint(keys.publicJwk) },
  });
  const ath = createHash('sha256').update(token).digest('base64url');
  const url = 'X-Forwarded-Host' in forwarded ? 'https://shop/' : `${issuer}${path}`;
  const proof = await createProof(keys, { method: 'GET', url, ath }, broker.clock.now);
  const before = await countOf('replayed_proof');
  const headers = { Authorization: `DPoP ${token}`, DPoP: proof, ...forwarded };
  const counts = [];
  for (const _ of [1, 2]) {
    await ask(broker, path, { headers, from: '10.0.0.1' });
    counts.push((await countOf('replayed_proof')) - before);
  }
  expect(counts).toEqual([0, 1]);
});

it('of a bound refresh token without a proof by its key are counted, and name client and person', async () => {
  const { refresh } = await signedInDevice(broker);
  const by = async (keys: Awaited<ReturnType<typeof newKeys>>) => {
    const nonce = broker.deps.nonces.issue();
    return { DPoP: await createProof(keys, { method: 'POST', url: `${issuer}/token`, nonce }, broker.clock.now) };
  };
  const [own, other] = [await newKeys(), await newKeys()];
  expect((await refresh(await by(own))).status).toBe(200);
  const before = await countOf('grant_key');
  for (const headers of [{}, await by(other)])
    expect((await refresh(headers)).body).toMatchObject({ error: 'invalid_grant' });
  expect((await countOf('grant_key')) - before).toBe(2);
  expect((await refresh(await by(own))).status).toBe(200);
  const entries = await broker.deps.store.auditAfter(0, 1_000);
  expect(entries.findLast(({ type }) => type === 'authentication.failed')).toMatchObject({
    sub: 'bob',
    detail: { kind: 'grant_key', client: 'tv' },
  });
});
