import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { clientHeader } from '@latchkey/shared/session-api.ts';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { expect, it } from 'vitest';
import { brokerInProcess, issuer } from '../../test/broker/in-process.ts';
import { sha256 } from '../keys/hash.ts';
import type { SignInTransaction } from './begin-sign-in.ts';

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
