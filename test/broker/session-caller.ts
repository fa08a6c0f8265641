import { clientHeader } from '@latchkey/shared/session-api.ts';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { createProof } from '../../shared/dpop.ts';
import { type InProcessBroker, issuer } from './in-process.ts';

/** An extension with a key of its own, in front of a broker without a socket. */
export async function sessionCaller({ request, deps, clock }: InProcessBroker) {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const keys = { privateKey, publicJwk: await exportJWK(publicKey) };
  const call = async (path: string, body: object) => {
    const target = { method: 'POST', url: `${issuer}${path}`, nonce: deps.nonces.issue() };
    const headers = {
      'Content-Type': 'application/json',
      [clientHeader]: 'extension/1.0.0',
      DPoP: await createProof(keys, target, clock.now),
    };
    const answer = await request(path, { method: 'POST', headers, body: JSON.stringify(body) });
    return { status: answer.status, body: (await answer.json()) as Record<string, string> };
  };
  return { call, jkt: await calculateJwkThumbprint(keys.publicJwk) };
}
