import type { JWK } from 'jose';
import * as v from 'valibot';
import { settled, within } from './database.ts';
import { readStored, type Schema } from './stored-value.ts';

/** A key of the extension. Its private half can't leave the browser. */
export interface SessionKey {
  privateKey: CryptoKey;
  publicJwk: JWK;
}

/** The storage of one key. It belongs to a session, or to an origin whose tokens are bound to it. */
export interface Keys {
  load(): Promise<SessionKey | undefined>;
  /** Returns the key. Creates one if there is none. */
  loadOrCreate(): Promise<SessionKey>;
  /** Erases the key. With a session's key it also erases the keys of its origins, which are useless without it. */
  erase(): Promise<void>;
}

/** The keys of one profile. */
export interface ProfileKeys {
  /** The key that identifies this browser profile to the broker. */
  session: Keys;
  /** The key that tokens for an origin's pages are bound to. Pages never get it. */
  ofOrigin(origin: string): Keys;
}

async function generate(): Promise<SessionKey> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
  return { privateKey: pair.privateKey, publicJwk: await crypto.subtle.exportKey('jwk', pair.publicKey) };
}

const stored: Schema<SessionKey> = v.object({
  privateKey: v.pipe(
    v.instance(CryptoKey),
    v.check(({ algorithm, usages }) => 'namedCurve' in algorithm && usages.includes('sign')),
  ),
  publicJwk: v.object({ kty: v.literal('EC'), crv: v.literal('P-256'), x: v.string(), y: v.string() }),
});

/** ES256, non-extractable, in IndexedDB, which is the only extension storage that can hold a `CryptoKey`. */
function keysNamed(name: string): Keys {
  const read = async (store: IDBObjectStore) => readStored(stored, await settled(store.get(name)));
  return {
    load: () => within('keys', 'readonly', read),
    async loadOrCreate() {
      const existing = await within('keys', 'readonly', read);
      if (existing) return existing;
      const fresh = await generate();
      // Check again in the write transaction: two concurrent callers must get the same key.
      return within('keys', 'readwrite', async (store) => {
        const winner = await read(store);
        if (winner) return winner;
        await settled(store.put(fresh, name));
        return fresh;
      });
    },
    erase: () =>
      within('keys', 'readwrite', async (store) => {
        // Matches the name and all names that continue with a space. `!` is the character after the space.
        await settled(store.delete(IDBKeyRange.bound(name, `${name}!`, false, true)));
      }),
  };
}

/** @param profile its ID, which is also the name of its session's key */
export const keysOf = (profile: string): ProfileKeys => ({
  session: keysNamed(profile),
  ofOrigin: (origin) => keysNamed(`${profile} ${origin}`),
});

/** IDs of the profiles that have a key. */
export async function profilesWithKeys(): Promise<string[]> {
  const names = await within('keys', 'readonly', (store) => settled(store.getAllKeys()));
  return names.filter((name) => typeof name === 'string' && !name.includes(' ')).map(String);
}
