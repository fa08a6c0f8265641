import { settled, within } from './database.ts';
import { readStored, type Schema, type StoredValue } from './stored-value.ts';

/** A value on disk that content scripts can't read. They can read `storage.local`. */
export const indexedDbValue = <T>(key: string, schema: Schema<T>): StoredValue<T> => ({
  get: async () => readStored(schema, await within('profiles', 'readonly', (store) => settled(store.get(key)))),
  set: (value) => within('profiles', 'readwrite', async (store) => void (await settled(store.put(value, key)))),
  clear: () => within('profiles', 'readwrite', async (store) => void (await settled(store.delete(key)))),
});
