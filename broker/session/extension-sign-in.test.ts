import { createHash, randomBytes } from 'node:crypto';
import { expect, it } from 'vitest';
import { brokerInProcess } from '../../test/broker/in-process.ts';
import { sessionCaller } from '../../test/broker/session-caller.ts';
import { insertedSession } from '../../test/conformance/store/harness.ts';
import { type SignInTransaction, transactionId } from './begin-sign-in.ts';
import { signIn } from './extension-sign-in.ts';

const random = () => randomBytes(32).toString('base64url');

async function begun() {
  // The provider is unreachable.
  const broker = await brokerInProcess('resources: {}');
  const { deps, clock } = broker;
  const [own, other] = [await sessionCaller(broker), await sessionCaller(broker)];
  const [state, verifier] = [random(), random()];
  const codeChallenge = createHash('sha256').update(verifier).digest('base64url');
  const data: SignInTransaction = {
    upstream: 'okta',
    redirectUri: 'https://x.chromiumapp.org/cb',
    binding: { issuer: 'https://acme.okta.com', nonce: random(), codeVerifier: random() },
    maxAge: undefined,
  };
  const id = transactionId({ state, codeChallenge, jkt: own.jkt });
  await deps.store.putTransaction({ id, kind: 'session', data: { ...data }, expiresAt: clock.now + 5_000 });
  const errorOf = async (call: typeof own.call, more: object = {}) =>
    (await call('/session', { state, code: 'a-code', code_verifier: verifier, ...more })).body.error;
  return { broker, clock, own: own.call, other: other.call, errorOf };
}

it('a sign-in whose code the provider did not answer can be taken up again, with the same key, for two minutes', async () => {
  const { broker, clock, own, errorOf } = await begun();
  expect(await errorOf(own)).toBe('temporarily_unavailable');
  clock.now += 119_000;
  expect(await errorOf(own)).toBe('temporarily_unavailable');
  clock.now += 120_000;
  expect(await errorOf(own)).toBe('invalid_transaction');
  await broker.close();
});

it('a sign-in is found only by its state, key and verifier together, and is not spent by less', async () => {
  const { broker, own, other, errorOf } = await begun();
  expect(await errorOf(other)).toBe('invalid_transaction');
  expect(await errorOf(own, { state: random() })).toBe('invalid_transaction');
  expect(await errorOf(own, { code_verifier: random() })).toBe('invalid_transaction');
  expect(await errorOf(own)).toBe('temporarily_unavailable');
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
  const session = await insertedSession(store, await store.upsertPerson(known, now()));
  await store.endSession(session.id, reason, now());
  const [state, verifier] = [random(), random()];
  const data: SignInTransaction = {
    upstream: 'okta',
    redirectUri: 'https://x.chromiumapp.org/cb',
    binding: { issuer: 'https://acme.okta.com', nonce: random(), codeVerifier: random() },
    maxAge: undefined,
    beganAt: clock.now + beganMs,
  };
  const codeChallenge = createHash('sha256').update(verifier).digest('base64url');
  const id = transactionId({ state, codeChallenge, jkt: 'jkt' });
  await store.putTransaction({ id, kind: 'session', data: { ...data }, expiresAt: clock.now + 5_000 });
  const current = await store.getSession(session.id);
  const context = { jkt: 'jkt', current, userAgent: undefined, address: '192.0.2.1' };
  // The provider is unreachable, so a sign-in that continues fails there.
  await expect(signIn(deps, { state, code: 'a-code', code_verifier: verifier }, context)).rejects.toMatchObject({
    code,
  });
  await close();
});
