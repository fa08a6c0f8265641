import { settled, within } from './database.ts';
import type { StoredValue } from './stored-value.ts';

/** A value on disk that web pages' processes can't read, as they can `storage.local`. */
export const indexedDbValue = <T>(key: string): StoredValue<T> => ({
  get: () => within('profiles', 'readonly', (store) => settled<T | undefined>(store.get(key))),
  set: (value) => within('profiles', 'readwrite', async (store) => void (await settled(store.put(value, key)))),
  clear: () => within('profiles', 'readwrite', async (store) => void (await settled(store.delete(key)))),
});
