import * as v from 'valibot';

/** A part of the browser's key-value storage. */
export interface Area {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  remove(keys: string | string[]): Promise<void>;
  keys(): Promise<string[]>;
}

/** One named value of an area. */
export interface StoredValue<T> {
  /** `undefined` if there is no value, or if this version can't parse it. */
  get(): Promise<T | undefined>;
  set(value: T): Promise<void>;
  clear(): Promise<void>;
}

export type Schema<T> = v.GenericSchema<unknown, T>;

/**
 * Reads a stored value. A value that doesn't match the schema counts as absent: another version of the extension wrote
 * it, or the disk is damaged. The caller recovers as after a fresh installation, by asking the broker or the user.
 */
export function readStored<T>(schema: Schema<T>, stored: unknown): T | undefined {
  const parsed = v.safeParse(schema, stored);
  return parsed.success ? parsed.output : undefined;
}

/** Adds a type to one key of an area. */
export const storedValue = <T>(area: Area, key: string, schema: Schema<T>): StoredValue<T> => ({
  get: async () => readStored(schema, await area.get(key)),
  set: (value) => area.set(key, value),
  clear: () => area.remove(key),
});

/** A separate area for the keys with a prefix. */
export const partOf = (area: Area, prefix: string): Area => ({
  get: (key) => area.get(prefix + key),
  set: (key, value) => area.set(prefix + key, value),
  remove: (keys) => area.remove([keys].flat().map((key) => prefix + key)),
  keys: async () => (await area.keys()).filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length)),
});
