import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { Clock } from '@latchkey/shared/time.ts';
import type { JWK } from 'jose';
import type { SigningAlgorithm } from '../config/types.ts';
import { openIfPossible } from '../keys/open-if-possible.ts';
import type { KeyRing } from '../keys/ring.ts';
import type { Log } from '../log.ts';
import { signingKeysStamp } from '../store/signing-keys-stamp.ts';
import {
  type SigningKeyState,
  type SigningKeyStore,
  type SigningKey as StoredSigningKey,
  StoreUnavailableError,
} from '../store/store.ts';
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
  /**
   * @param alg default ES256
   * @param stamp what the caller has just read of the keys (`Store.getAuthority`), so that they need not be read once more
   *   while they are the same
   * @throws {StoreUnavailableError} because only the store knows whether the key has been revoked
   * @throws {RingError} if the key file lacks the key that encrypts it
   */
  current(alg?: SigningAlgorithm, stamp?: string): Promise<SigningKey>;
  /**
   * The keys that verify the broker's own tokens now. The same object as long as they are the same.
   *
   * @param kid the key that will be looked for
   * @throws as for `current`; {@link RingError} only if it is about this key
   */
  usable(kid: string): Promise<KeySet>;
  /** The keys for `/jwks`: like `usable`, but as last read while the store is away, so that APIs can go on. */
  published(): Promise<KeySet>;
}

export const signingAlgorithms: readonly SigningAlgorithm[] = ['ES256', 'RS256'];

/** The key of this algorithm and state. */
export const findSigningKey = (
  keys: readonly StoredSigningKey[],
  wanted: { alg: SigningAlgorithm; state: SigningKeyState },
): StoredSigningKey | undefined =>
  keys.find(({ alg = 'ES256', state }) => alg === wanted.alg && state === wanted.state);

interface Keys {
  /** Identifies what was read: the keys in the store, and those of the key file. */
  stamp: string;
  ring: string;
  stored: readonly StoredSigningKey[];
  /** Private keys by `kid`: of those that the key file opens. */
  opened: ReadonlyMap<string, KeyObject>;
  set: KeySet;
}

/**
 * Manages the keys that sign tokens. They are kept in the store, with the private keys sealed under the ring. The first
 * broker to start creates the `active` key of each algorithm and publishes the `next` one.
 *
 * The keys are read before each use, so a revoked key is dead on every replica when the revocation returns. No
 * notification has to arrive, and no cache has to expire.
 *
 * A public key counts only if the key file opens its private half. Whoever can only write to the database can't add a
 * key, and a restored backup doesn't bring back keys whose encryption key is removed.
 */
export function createSigningKeys({
  store,
  ring,
  now,
  log,
}: {
  store: SigningKeyStore;
  ring: KeyRing;
  now: Clock;
  log: Log;
}): SigningKeys {
  let known: Keys | undefined;

  const findStored = async (): Promise<StoredSigningKey[]> => {
    let keys = await store.listSigningKeys();
    for (const alg of signingAlgorithms) {
      for (const state of ['active', 'next'] as const) {
        if (findSigningKey(keys, { alg, state })) continue;
        await store.insertSigningKey(await newSigningKey(ring, state, now(), alg));
        keys = await store.listSigningKeys();
      }
    }
    return keys;
  };

  const isLive = ({ state, notAfter }: StoredSigningKey): boolean =>
    state !== 'retired' || notAfter === undefined || notAfter > now();

  const ringStamp = (): string => ring.all.map(({ kid }) => kid).join();

  const open = (stored: readonly StoredSigningKey[]): Pick<Keys, 'opened' | 'set'> => {
    const opened = new Map<string, KeyObject>();
    const keys: JWK[] = [];
    for (const { kid, sealedPrivate: sealed, ringKid, publicJwk } of stored) {
      const jwk = openIfPossible({ ring, log }, { purpose: 'signing-key', id: kid }, { sealed, ringKid });
      if (jwk === undefined) continue;
      const privateKey = createPrivateKey({ key: JSON.parse(jwk), format: 'jwk' });
      const { alg, use } = publicJwk as JWK;
      opened.set(kid, privateKey);
      keys.push({ ...(createPublicKey(privateKey).export({ format: 'jwk' }) as JWK), kid, alg, use } as JWK);
    }
    return { opened, set: { keys } };
  };

  const read = sharedRead(async (): Promise<Keys> => {
    const all = await findStored();
    const stored = all.filter(isLive);
    const [stamp, ofRing] = [signingKeysStamp(all), ringStamp()];
    const isSame = known?.stamp === stamp && known.ring === ofRing && known.stored.length === stored.length;
    if (!known || !isSame) known = { stamp, ring: ofRing, stored, ...open(stored) };
    return known;
  });

  return {
    async current(alg = 'ES256', stamp) {
      const isSame = stamp !== undefined && known?.stamp === stamp && known.ring === ringStamp();
      const { stored, opened } = known && isSame ? known : await read();
      const active = findSigningKey(stored, { alg, state: 'active' });
      if (!active) throw new Error(`the store holds no active signing key for ${alg}`);
      const { kid, ringKid } = active;
      const privateKey = opened.get(kid);
      if (!privateKey) {
        throw new Error(`the signing key ${kid} does not open with the key file's ${ring.get(ringKid).kid}`);
      }
      return { kid, privateKey };
    },
    async usable(kid) {
      const { stored, opened, set } = await read();
      const wanted = opened.has(kid) ? undefined : stored.find((key) => key.kid === kid);
      // A broker with an old copy of the key file must not say that a good token is none.
      if (wanted) ring.get(wanted.ringKid);
      return set;
    },
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
