import { createHash } from 'node:crypto';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createProof } from '../../shared/dpop.ts';
import { api, ask, basic, brokerWithProvider, chosenHash, postForm } from '../../test/broker/honest.ts';
import { type InProcessBroker, issuer } from '../../test/broker/in-process.ts';
import { newSecret } from '../oauth/client-authentication/client-secret.ts';

let broker: InProcessBroker;
beforeAll(async () => {
  broker = await brokerWithProvider(`services:
  nightly: { allow: { ${api}: [orders:read] }, secret_hash: "${newSecret().hash}" }
  chosen: { allow: { ${api}: [orders:read] }, secret_hash: "${chosenHash('right')}" }
`);
});
afterAll(() => broker.close());

async function countOf(kind: string): Promise<number> {
  const metrics = await broker.deps.metrics.text();
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

it('of a proof that is used twice at /userinfo are counted', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const keys = { privateKey, publicJwk: await exportJWK(publicKey) };
  const token = await broker.deps.minter.accessToken({
    sub: 'ada',
    aud: `${issuer}/userinfo`,
    client_id: 'tv',
    scope: 'openid',
    exp: broker.clock.now / 1_000 + 60,
    cnf: { jkt: await calculateJwkThumbprint(keys.publicJwk) },
  });
  const ath = createHash('sha256').update(token).digest('base64url');
  const proof = await createProof(keys, { method: 'GET', url: `${issuer}/userinfo`, ath }, broker.clock.now);
  const before = await countOf('replayed_proof');
  for (const _ of [1, 2]) await ask(broker, '/userinfo', { headers: { Authorization: `DPoP ${token}`, DPoP: proof } });
  expect((await countOf('replayed_proof')) - before).toBe(1);
});
