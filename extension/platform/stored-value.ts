/** A part of the browser's key-value storage. */
export interface Area {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  remove(keys: string | string[]): Promise<void>;
  keys(): Promise<string[]>;
}

/** One named value of an area. */
export interface StoredValue<T> {
  get(): Promise<T | undefined>;
  set(value: T): Promise<void>;
  clear(): Promise<void>;
}

/** Gives a key of an area a type. */
export const storedValue = <T>(area: Area, key: string): StoredValue<T> => ({
  get: async () => (await area.get(key)) as T | undefined,
  set: (value) => area.set(key, value),
  clear: () => area.remove(key),
});

/** The keys of an area with a prefix, as an area of its own. */
export const partOf = (area: Area, prefix: string): Area => ({
  get: (key) => area.get(prefix + key),
  set: (key, value) => area.set(prefix + key, value),
  remove: (keys) => area.remove([keys].flat().map((key) => prefix + key)),
  keys: async () => (await area.keys()).filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)),
});
