import { settled, within } from './database.ts';
import type { StoredValue } from './stored-value.ts';

/** A value on disk that content scripts can't read. They can read `storage.local`. */
export const indexedDbValue = <T>(key: string): StoredValue<T> => ({
  get: () => within('profiles', 'readonly', (store) => settled<T | undefined>(store.get(key))),
  set: (value) => within('profiles', 'readwrite', async (store) => void (await settled(store.put(value, key)))),
  clear: () => within('profiles', 'readwrite', async (store) => void (await settled(store.delete(key)))),
});
