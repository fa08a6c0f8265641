import { generateKeyPair, type KeyObject } from 'node:crypto';
import { promisify } from 'node:util';
import { calculateJwkThumbprint, type JWK } from 'jose';
import type { SigningAlgorithm } from '../config/types.ts';
import type { KeyRing } from '../keys/ring.ts';
import { seal } from '../keys/seal.ts';
import type { SigningKey } from '../store/store.ts';

const generate = promisify(generateKeyPair);

const pairs: Readonly<Record<SigningAlgorithm, () => Promise<{ publicKey: KeyObject; privateKey: KeyObject }>>> = {
  ES256: () => generate('ec', { namedCurve: 'P-256' }),
  RS256: () => generate('rsa', { modulusLength: 2_048 }),
};

/** Generates a key pair for the store. Its `kid` is the JWK thumbprint (RFC 7638); the private key is sealed. */
export async function newSigningKey(
  ring: KeyRing,
  state: 'active' | 'next',
  now: number,
  alg: SigningAlgorithm = 'ES256',
): Promise<SigningKey> {
  const pair = await pairs[alg]();
  const jwk = pair.publicKey.export({ format: 'jwk' }) as JWK;
  const kid = await calculateJwkThumbprint(jwk);
  const { sealed, ringKid } = seal(
    ring,
    { purpose: 'signing-key', id: kid },
    JSON.stringify(pair.privateKey.export({ format: 'jwk' })),
  );
  return {
    kid,
    alg,
    state,
    publicJwk: { ...jwk, kid, alg, use: 'sig' },
    sealedPrivate: sealed,
    ringKid,
    createdAt: now,
  };
}
