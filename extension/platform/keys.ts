import type { JWK } from 'jose';

/** The session's key: whoever signs with it is this browser profile. The private half can't leave the browser. */
export interface SessionKey {
  privateKey: CryptoKey;
  publicJwk: JWK;
}

/** Where one key lives: the session's, or the one that an origin's tokens are bound to. */
export interface Keys {
  load(): Promise<SessionKey | undefined>;
  /** The key, made now where there is none. */
  loadOrCreate(): Promise<SessionKey>;
  /** All keys of the profile: without the session's, the others are of no use. */
  erase(): Promise<void>;
}

const database = 'latchkey';
const store = 'keys';

const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

async function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(database, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(store);
  return settled(request);
}

async function within<T>(mode: IDBTransactionMode, work: (keys: IDBObjectStore) => Promise<T>): Promise<T> {
  const db = await open();
  try {
    return await work(db.transaction(store, mode, { durability: 'strict' }).objectStore(store));
  } finally {
    db.close();
  }
}

async function generate(): Promise<SessionKey> {
  const pair = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']);
  return { privateKey: pair.privateKey, publicJwk: await crypto.subtle.exportKey('jwk', pair.publicKey) };
}

/** ES256, non-extractable, in IndexedDB: the only storage of an extension that keeps a `CryptoKey` as such. */
function keysNamed(name: string): Keys {
  const read = (stored: IDBObjectStore): Promise<SessionKey | undefined> => settled(stored.get(name));
  return {
    load: () => within('readonly', read),
    async loadOrCreate() {
      const existing = await within('readonly', read);
      if (existing) return existing;
      const fresh = await generate();
      // Looked at again in the transaction that writes: of two callers at once, both get the first one's key.
      return within('readwrite', async (stored) => {
        const winner = await read(stored);
        if (winner) return winner;
        await settled(stored.put(fresh, name));
        return fresh;
      });
    },
    erase: () => within('readwrite', async (stored) => void (await settled(stored.clear()))),
  };
}

/** The session's key: whoever signs with it is this browser profile. */
export const keys: Keys = keysNamed('session');

/** The key that tokens for an origin's pages are bound to; the pages never have it. */
export const keysOf = (origin: string): Keys => keysNamed(`origin ${origin}`);
