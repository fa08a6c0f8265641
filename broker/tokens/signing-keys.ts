import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { Clock } from '@latchkey/shared/time.ts';
import type { JWK } from 'jose';
import type { KeyRing } from '../keys/ring.ts';
import { open } from '../keys/seal.ts';
import { type SigningKeyStore, StoreUnavailableError } from '../store/store.ts';
import { newSigningKey } from './new-signing-key.ts';

export interface SigningKey {
  kid: string;
  privateKey: KeyObject;
}

export interface SigningKeys {
  current(): Promise<SigningKey>;
  /** JWK Set (RFC 7517 §5) of the public keys, including `next` and `retired` ones. */
  jwks(): Promise<{ keys: JWK[] }>;
}

/** How long keys are cached. A rotation by another replica takes effect here within this time. */
export const rereadMs = 30_000;

/**
 * Manages the ES256 keys that sign tokens. They are kept in the store, with the private keys sealed under the ring. The
 * first broker to start creates the `active` key and publishes the `next` one.
 */
export function createSigningKeys({
  store,
  ring,
  now,
}: {
  store: SigningKeyStore;
  ring: KeyRing;
  now: Clock;
}): SigningKeys {
  let cached: { current: SigningKey; jwks: { keys: JWK[] }; readAt: number } | undefined;
  let reading: Promise<NonNullable<typeof cached>> | undefined;

  const read = async () => {
    let keys = await store.listSigningKeys();
    for (const state of ['active', 'next'] as const) {
      if (!keys.some((key) => key.state === state)) {
        await store.insertSigningKey(await newSigningKey(ring, state, now()));
        keys = await store.listSigningKeys();
      }
    }
    const active = keys.find((key) => key.state === 'active');
    if (!active) throw new Error('the store holds no active signing key');
    const jwk = open(
      ring,
      { purpose: 'signing-key', id: active.kid },
      { sealed: active.sealedPrivate, ringKid: active.ringKid },
    );
    if (jwk === undefined)
      throw new Error(`the signing key ${active.kid} does not open with the key file's ${active.ringKid}`);
    const published = keys.filter(
      ({ state, notAfter }) => state !== 'retired' || notAfter === undefined || notAfter > now(),
    );
    return {
      current: { kid: active.kid, privateKey: createPrivateKey({ key: JSON.parse(jwk), format: 'jwk' }) },
      jwks: { keys: published.map(({ publicJwk }) => publicJwk) },
      readAt: now(),
    };
  };

  const get = async () => {
    if (cached && now() - cached.readAt < rereadMs) return cached;
    reading ??= read().finally(() => {
      reading = undefined;
    });
    try {
      cached = await reading;
    } catch (error) {
      // Use the cached keys so tokens can still be verified while the store is unavailable.
      if (!cached || !(error instanceof StoreUnavailableError)) throw error;
    }
    return cached;
  };

  return {
    current: async () => (await get()).current,
    jwks: async () => (await get()).jwks,
  };
}
