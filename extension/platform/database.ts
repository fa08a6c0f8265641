/**
 * The extension's own database. It persists across browser restarts, content scripts can't read it (they can read
 * `storage.local`), and no other storage can hold a `CryptoKey`.
 */
const name = 'latchkey';
const version = 2;
const stores = ['keys', 'profiles'] as const;
export type StoreName = (typeof stores)[number];

export const settled = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Opens the database at this version, or at its current version by default. Creates missing or unusable stores. */
function openAt(wanted?: number): Promise<IDBDatabase> {
  const request = indexedDB.open(name, wanted);
  request.onupgradeneeded = ({ oldVersion }) => {
    const { result: db, transaction } = request;
    for (const store of stores) {
      if (transaction && isUsable(db, transaction, store)) continue;
      if (db.objectStoreNames.contains(store)) db.deleteObjectStore(store);
      db.createObjectStore(store);
    }
    // Version 1 had no profiles, so the names of its origin keys don't contain one. New keys replace them.
    if (oldVersion === 1) transaction?.objectStore('keys').delete(IDBKeyRange.bound('origin ', 'origin!'));
  };
  return settled(request);
}

/** Whether the store exists and uses out-of-line keys, as this version requires. */
function isUsable(db: IDBDatabase, transaction: IDBTransaction, store: StoreName): boolean {
  return db.objectStoreNames.contains(store) && transaction.objectStore(store).keyPath === null;
}

/**
 * Opens the database. Browsers refuse to open a database at a lower version than its own, so a database from a newer
 * version of the extension is opened at its current version. If the newer version replaced a store, this creates its
 * own at the next version, and the store's contents are lost.
 */
async function open(): Promise<IDBDatabase> {
  const db = await openAt(version).catch((error: unknown) => {
    if (error instanceof DOMException && error.name === 'VersionError') return openAt();
    throw error;
  });
  const found = stores.filter((store) => db.objectStoreNames.contains(store));
  const transaction = found.length === stores.length ? db.transaction(found) : undefined;
  if (transaction && stores.every((store) => isUsable(db, transaction, store))) return db;
  db.close();
  return openAt(db.version + 1);
}

/** Runs one transaction on one store. When it returns, all writes are on disk. */
export async function within<T>(
  store: StoreName,
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => Promise<T>,
): Promise<T> {
  const db = await open();
  try {
    const transaction = db.transaction(store, mode, { durability: 'strict' });
    const { promise: committed, resolve, reject } = Promise.withResolvers<void>();
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
    const [result] = await Promise.all([work(transaction.objectStore(store)), committed]);
    return result;
  } finally {
    db.close();
  }
}
