import type { JWK } from 'jose';
import { settled, within } from './database.ts';

/** A key of the extension's. The private half can't leave the browser. */
export interface SessionKey {
  privateKey: CryptoKey;
  publicJwk: JWK;
}

/** Where one key lives: a session's, or the one that an origin's tokens are bound to. */
export interface Keys {
  load(): Promise<SessionKey | undefined>;
  /** The key, made now where there is none. */
  loadOrCreate(): Promise<SessionKey>;
  /** This key, and of a session's all that go with it: without it they are of no use. */
  erase(): Promise<void>;
}

/** The keys of one profile. */
export interface ProfileKeys {
  /** Whoever signs with it is this browser's profile. */
  session: Keys;
  /** The key that tokens for an origin's pages are bound to; the pages never have it. */
  ofOrigin(origin: string): Keys;
}

async function generate(): Promise<SessionKey> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
  return { privateKey: pair.privateKey, publicJwk: await crypto.subtle.exportKey('jwk', pair.publicKey) };
}

/** ES256, non-extractable, in IndexedDB: the only storage of an extension that keeps a `CryptoKey` as such. */
function keysNamed(name: string): Keys {
  const read = (stored: IDBObjectStore): Promise<SessionKey | undefined> => settled(stored.get(name));
  return {
    load: () => within('keys', 'readonly', read),
    async loadOrCreate() {
      const existing = await within('keys', 'readonly', read);
      if (existing) return existing;
      const fresh = await generate();
      // Looked at again in the transaction that writes: of two callers at once, both get the first one's key.
      return within('keys', 'readwrite', async (stored) => {
        const winner = await read(stored);
        if (winner) return winner;
        await settled(stored.put(fresh, name));
        return fresh;
      });
    },
    erase: () =>
      within('keys', 'readwrite', async (stored) => {
        // The name, and those that go on with a space, after which comes `!`.
        await settled(stored.delete(IDBKeyRange.bound(name, `${name}!`, false, true)));
      }),
  };
}

/** @param profile its id is the name of its session's key */
export const keysOf = (profile: string): ProfileKeys => ({
  session: keysNamed(profile),
  ofOrigin: (origin) => keysNamed(`${profile} ${origin}`),
});
