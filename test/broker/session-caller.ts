import { clientHeader } from '@latchkey/shared/session-api.ts';
import { calculateJwkThumbprint, exportJWK, generateKeyPair } from 'jose';
import { createProof } from '../../shared/dpop.ts';
import { type InProcessBroker, issuer } from './in-process.ts';

/** An extension with its own key and cookie, which calls a broker without a socket. */
export async function sessionCaller(broker: InProcessBroker) {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const keys = { privateKey, publicJwk: await exportJWK(publicKey) };
  let cookie = '';

  const to = ({ request, deps, clock }: InProcessBroker) => ({
    async call(path: string, body: object | undefined, method = 'POST') {
      const headers = {
        'Content-Type': 'application/json',
        [clientHeader]: 'extension/1.0.0',
        DPoP: await createProof(keys, { method, url: `${issuer}${path}`, nonce: deps.nonces.issue() }, clock.now),
        cookie,
      };
      const answer = await request(path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
      for (const line of answer.headers.getSetCookie()) cookie = line.split(';', 1)[0] ?? '';
      const text = await answer.text();
      return { status: answer.status, body: (text === '' ? {} : JSON.parse(text)) as Record<string, string> };
    },
  });

  return { ...to(broker), to, jkt: await calculateJwkThumbprint(keys.publicJwk) };
}
