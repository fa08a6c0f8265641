/**
 * The extension's own database: what outlives the browser, out of the reach of content scripts, which
 * `storage.local` is not. It alone can hold a `CryptoKey` as such.
 */
const name = 'latchkey';
const stores = ['keys', 'profiles'] as const;
export type StoreName = (typeof stores)[number];

export const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

async function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 2);
  request.onupgradeneeded = ({ oldVersion }) => {
    const { result: db, transaction } = request;
    for (const store of stores) if (!db.objectStoreNames.contains(store)) db.createObjectStore(store);
    // Before there were profiles, origins' keys had no name of one: new ones take their place.
    if (oldVersion === 1) transaction?.objectStore('keys').delete(IDBKeyRange.bound('origin ', 'origin!'));
  };
  return settled(request);
}

/** Works on one store in a transaction of its own; what it writes is on disk when it returns. */
export async function within<T>(
  store: StoreName,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => Promise<T>,
): Promise<T> {
  const db = await open();
  try {
    return await work(db.transaction(store, mode, { durability: 'strict' }).objectStore(store));
  } finally {
    db.close();
  }
}
