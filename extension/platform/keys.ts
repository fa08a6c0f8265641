import type { JWK } from 'jose';
import { settled, within } from './database.ts';

/** A key of the extension. Its private half can't leave the browser. */
export interface SessionKey {
  privateKey: CryptoKey;
  publicJwk: JWK;
}

/** The storage of one key: of a session, or of an origin whose tokens are bound to it. */
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

/** ES256, non-extractable, in IndexedDB: the only storage of an extension that can hold a `CryptoKey`. */
function keysNamed(name: string): Keys {
  const read = (stored: IDBObjectStore): Promise<SessionKey | undefined> => settled(stored.get(name));
  return {
    load: () => within('keys', 'readonly', read),
    async loadOrCreate() {
      const existing = await within('keys', 'readonly', read);
      if (existing) return existing;
      const fresh = await generate();
      // Look again in the writing transaction: of two callers at the same time, both must get the same key.
      return within('keys', 'readwrite', async (stored) => {
        const winner = await read(stored);
        if (winner) return winner;
        await settled(stored.put(fresh, name));
        return fresh;
      });
    },
    erase: () =>
      within('keys', 'readwrite', async (stored) => {
        // Matches the name and all names that continue with a space. `!` is the character after the space.
        await settled(stored.delete(IDBKeyRange.bound(name, `${name}!`, false, true)));
      }),
  };
}

/** @param profile its ID, which is also the name of its session's key */
export const keysOf = (profile: string): ProfileKeys => ({
  session: keysNamed(profile),
  ofOrigin: (origin) => keysNamed(`${profile} ${origin}`),
});
