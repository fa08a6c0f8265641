import { randomUUID } from 'node:crypto';
import { clientHeader } from '@latchkey/shared/session-api.ts';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { expect, it } from 'vitest';
import { brokerInProcess, issuer } from '../../test/broker/in-process.ts';
import { budgets } from './budgets.ts';

it('a sign-in is counted once: an office behind one address has all of its budget', async () => {
  const broker = await brokerInProcess('resources: {}');
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const jwk = await exportJWK(publicKey);
  const create = async () => {
    const proof = await new SignJWT({ htm: 'POST', htu: `${issuer}/session`, nonce: broker.deps.nonces.issue() })
      .setProtectedHeader({ typ: 'dpop+jwt', alg: 'ES256', jwk })
      .setJti(randomUUID())
      .setIssuedAt(broker.clock.now / 1_000)
      .sign(privateKey);
    const headers = { 'Content-Type': 'application/json', [clientHeader]: 'extension/1.0.0', DPoP: proof };
    return (await broker.request('/session', { method: 'POST', headers, body: '{}' })).status;
  };
  const statuses: number[] = [];
  for (let asked = 0; asked <= budgets.sessionCreate.count; asked += 1) statuses.push(await create());
  // The request is within the budget, so it fails on its empty body.
  expect(statuses[0]).toBe(400);
  expect(statuses.indexOf(429)).toBe(budgets.sessionCreate.count);
  await broker.close();
});
