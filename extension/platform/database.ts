/**
 * The extension's own database. It outlives the browser, content scripts can't read it (they can read `storage.local`),
 * and no other storage can hold a `CryptoKey`.
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
    // Version 1 had no profiles: the names of origins' keys contain none. New keys replace them.
    if (oldVersion === 1) transaction?.objectStore('keys').delete(IDBKeyRange.bound('origin ', 'origin!'));
  };
  return settled(request);
}

/** Works on one store in one transaction. When it returns, everything it wrote is on disk. */
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
