import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { Clock } from '@latchkey/shared/time.ts';
import type { JWK } from 'jose';
import type { KeyRing } from '../keys/ring.ts';
import { open } from '../keys/seal.ts';
import { type SigningKeyStore, type SigningKey as StoredSigningKey, StoreUnavailableError } from '../store/store.ts';
import { newSigningKey } from './new-signing-key.ts';
import { sharedRead } from './shared-read.ts';

export interface SigningKey {
  kid: string;
  privateKey: KeyObject;
}

/** JWK Set (RFC 7517 §5) of public keys, including `next` and `retired` ones. */
export interface KeySet {
  keys: JWK[];
}

export interface SigningKeys {
  /** @throws {StoreUnavailableError} because only the store knows whether the key has been revoked */
  current(): Promise<SigningKey>;
  /**
   * The keys that verify the broker's own tokens now. The same object as long as they are the same.
   *
   * @throws {StoreUnavailableError} as for `current`
   */
  usable(): Promise<KeySet>;
  /** The keys for `/jwks`: like `usable`, but as last read while the store is away, so that APIs can go on. */
  published(): Promise<KeySet>;
}

interface Keys {
  /** Identifies what was read. */
  stamp: string;
  set: KeySet;
  /** Opens the key that signs, once. A key file without its sealing key stops signing, but not verification. */
  current(): SigningKey;
}

/**
 * Manages the ES256 keys that sign tokens. They are kept in the store, with the private keys sealed under the ring. The
 * first broker to start creates the `active` key and publishes the `next` one.
 *
 * The keys are read before each use, so a revoked key is dead on every replica when the revocation returns. No
 * notification has to arrive, and no cache has to expire.
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
  let known: Keys | undefined;

  const stored = async (): Promise<StoredSigningKey[]> => {
    let keys = await store.listSigningKeys();
    for (const state of ['active', 'next'] as const) {
      if (!keys.some((key) => key.state === state)) {
        await store.insertSigningKey(await newSigningKey(ring, state, now()));
        keys = await store.listSigningKeys();
      }
    }
    return keys.filter(({ state, notAfter }) => state !== 'retired' || notAfter === undefined || notAfter > now());
  };

  const read = sharedRead(async (): Promise<Keys> => {
    const keys = await stored();
    const stamp = keys.map(({ kid, state }) => `${kid} ${state}`).join();
    if (known?.stamp !== stamp) {
      let opened: SigningKey | undefined;
      const current = () => {
        opened ??= activeKey(keys, ring);
        return opened;
      };
      known = { stamp, set: { keys: keys.map(({ publicJwk }) => publicJwk) }, current };
    }
    return known;
  });

  return {
    current: async () => (await read()).current(),
    usable: async () => (await read()).set,
    async published() {
      try {
        return (await read()).set;
      } catch (error) {
        if (!known || !(error instanceof StoreUnavailableError)) throw error;
        return known.set;
      }
    },
  };
}

function activeKey(keys: readonly StoredSigningKey[], ring: KeyRing): SigningKey {
  const active = keys.find(({ state }) => state === 'active');
  if (!active) throw new Error('the store holds no active signing key');
  const { kid, sealedPrivate: sealed, ringKid } = active;
  const jwk = open(ring, { purpose: 'signing-key', id: kid }, { sealed, ringKid });
  if (jwk === undefined) throw new Error(`the signing key ${kid} does not open with the key file's ${ringKid}`);
  return { kid, privateKey: createPrivateKey({ key: JSON.parse(jwk), format: 'jwk' }) };
}
