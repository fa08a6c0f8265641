import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { clientHeader } from '@latchkey/shared/session-api.ts';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { expect, it } from 'vitest';
import { brokerInProcess, issuer } from '../../test/broker/in-process.ts';
import { insertedSession } from '../../test/conformance/store/harness.ts';
import { sha256 } from '../keys/hash.ts';
import type { SignInTransaction } from './begin-sign-in.ts';
import { signIn } from './extension-sign-in.ts';

const random = () => randomBytes(32).toString('base64url');

it('a sign-in whose code the provider did not answer can be taken up again, with the same key, for two minutes', async () => {
  // The provider is unreachable.
  const broker = await brokerInProcess('resources: {}');
  const { deps, clock } = broker;
  const create = async ({ publicKey, privateKey }: CryptoKeyPair, body: object) => {
    const proof = await new SignJWT({ htm: 'POST', htu: `${issuer}/session`, nonce: deps.nonces.issue() })
      .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk: await exportJWK(publicKey) })
      .setJti(randomUUID())
      .setIssuedAt(clock.now / 1_000)
      .sign(privateKey);
    const headers = { 'Content-Type': 'application/json', [clientHeader]: 'extension/1.0.0', DPoP: proof };
    const answer = await broker.request('/session', { method: 'POST', headers, body: JSON.stringify(body) });
    return ((await answer.json()) as { error: string }).error;
  };

  const [own, other] = [await generateKeyPair('ES256'), await generateKeyPair('ES256')] as CryptoKeyPair[];
  if (!own || !other) throw new Error('no keys');
  const [state, verifier] = [random(), random()];
  const begun: SignInTransaction = {
    upstream: 'okta',
    redirectUri: 'https://x.chromiumapp.org/cb',
    nonce: random(),
    codeChallenge: createHash('sha256').update(verifier).digest('base64url'),
    jkt: await calculateJwkThumbprint(await exportJWK(own.publicKey)),
    maxAge: undefined,
  };
  const id = sha256(state);
  await deps.store.putTransaction({ id, kind: 'session', data: { ...begun }, expiresAt: clock.now + 5_000 });
  const body = { state, code: 'a-code', code_verifier: verifier };
  expect(await create(own, body)).toBe('temporarily_unavailable');
  clock.now += 119_000;
  expect(await create(own, body)).toBe('temporarily_unavailable');
  clock.now += 120_000;
  expect(await create(own, body)).toBe('invalid_transaction');

  await deps.store.putTransaction({ id, kind: 'session', data: { ...begun }, expiresAt: clock.now + 5_000 });
  expect(await create(other, body)).toBe('invalid_transaction');
  expect(await create(own, body)).toBe('invalid_transaction');
  await broker.close();
});

it.each([
  ['ends a sign-in that had begun', 'person', -1_000, 'access_denied'],
  ['leaves a sign-in alone that begins afterwards', 'person', 1_000, 'temporarily_unavailable'],
  ['by a newer sign-in leaves it alone', 'replaced', -1_000, 'temporarily_unavailable'],
])('the end of the browser’s session %s', async (_what, reason, beganMs, code) => {
  const { deps, clock, close } = await brokerInProcess('resources: {}');
  const { store, now } = deps;
  const known = { issuer: 'https://acme.okta.com', idpSub: 'ada', upstream: 'okta', newSub: 'ada' };
  const { id } = await insertedSession(store, await store.upsertPerson(known, now()));
  await store.endSessionsOf({ id }, clock.now * 2, reason, now());
  const [state, verifier] = [random(), random()];
  const begun: SignInTransaction = {
    upstream: 'okta',
    redirectUri: 'https://x.chromiumapp.org/cb',
    nonce: random(),
    codeChallenge: createHash('sha256').update(verifier).digest('base64url'),
    jkt: 'jkt',
    maxAge: undefined,
    beganAt: clock.now + beganMs,
  };
  const transaction = { id: sha256(state), kind: 'session' as const, data: { ...begun }, expiresAt: clock.now + 5_000 };
  await store.putTransaction(transaction);
  const context = { jkt: 'jkt', current: await store.getSession(id), userAgent: undefined, address: '192.0.2.1' };
  const request = { state, code: 'a-code', code_verifier: verifier };
  // The provider is unreachable: a sign-in that goes on fails there.
  await expect(signIn(deps, request, context)).rejects.toMatchObject({ code });
  await close();
});
