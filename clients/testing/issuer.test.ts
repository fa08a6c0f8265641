import { beforeEach, expect, it } from 'vitest';
import { ApiError, verifier } from '../api/index.ts';
import { createIssuer, type TestIssuer } from './issuer.ts';

const audience = 'https://api.example.com';
const url = `${audience}/orders`;
let issuer: TestIssuer;
beforeEach(async () => {
  issuer = await createIssuer({ audience, scopes: ['orders:read'] });
});

const verify = async (headers: Record<string, string>, options = {}) => {
  const { issuer: name, fetch } = issuer;
  const check = verifier({ issuer: name, audience, fetch, ...options });
  return check(new Request(url, { headers }), { scopes: ['orders:read'] });
};
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const reasonOf = (call: Promise<unknown>) =>
  call.then(
    () => 'accepted',
    (error) => (error instanceof ApiError ? `${error.status} ${error.code}` : error),
  );

it('has tokens that an API accepts, with the claims that a test wants', async () => {
  const claims = await verify(bearer(await issuer.token({ sub: 'grace', groups: ['okta:staff'] })));
  expect(claims).toMatchObject({ sub: 'grace', groups: ['okta:staff'], scope: 'orders:read' });
});

it.each(['expired', 'forAnotherApi', 'foreign'] as const)('has one that is %s, which an API refuses', async (kind) => {
  expect(await reasonOf(verify(bearer(await issuer[kind]())))).toBe('401 invalid_token');
});

it('has one without the scope', async () => {
  expect(await reasonOf(verify(bearer(await issuer.token({ scopes: [] }))))).toBe('403 insufficient_scope');
});

it('has bound tokens with proofs, and an API that wants them refuses the others', async () => {
  const bound = await issuer.bound();
  const required = { dpop: 'required' };
  expect(await reasonOf(verify(await bound.headers({ method: 'GET', url }), required))).toBe('accepted');
  expect(await reasonOf(verify(bearer(bound.token)))).toMatch(/^401 /);
  expect(await reasonOf(verify(await bound.headers({ method: 'POST', url })))).toMatch(/^401 invalid_dpop_proof/);
  expect(await reasonOf(verify(bearer(await issuer.token()), required))).toMatch(/^401 /);
});

it('takes the time from the test', async () => {
  const now = () => Date.UTC(2030, 0, 1);
  issuer = await createIssuer({ audience, scopes: ['orders:read'], now });
  expect(await reasonOf(verify(bearer(await issuer.token()), { now }))).toBe('accepted');
  expect(await reasonOf(verify(bearer(await issuer.token())))).toBe('401 invalid_token');
});
