import { generateKeyPairSync } from 'node:crypto';
import { calculateJwkThumbprint, type JWK } from 'jose';
import type { KeyRing } from '../keys/ring.ts';
import { seal } from '../keys/seal.ts';
import type { SigningKey } from '../store/store.ts';

/** Generates an ES256 key pair for the store. Its `kid` is the JWK thumbprint (RFC 7638); the private key is sealed. */
export async function newSigningKey(ring: KeyRing, state: 'active' | 'next', now: number): Promise<SigningKey> {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = pair.publicKey.export({ format: 'jwk' }) as JWK;
  const kid = await calculateJwkThumbprint(jwk);
  const { sealed, ringKid } = seal(
    ring,
    { purpose: 'signing-key', id: kid },
    JSON.stringify(pair.privateKey.export({ format: 'jwk' })),
  );
  return {
    kid,
    state,
    publicJwk: { ...jwk, kid, alg: 'ES256', use: 'sig' },
    sealedPrivate: sealed,
    ringKid,
    createdAt: now,
  };
}
