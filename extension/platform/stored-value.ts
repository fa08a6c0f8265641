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
  /** `undefined` if there is no value, or none that this version can read. */
  get(): Promise<T | undefined>;
  set(value: T): Promise<void>;
  clear(): Promise<void>;
}

export type Schema<T> = v.GenericSchema<unknown, T>;

/**
 * Reads a stored value. One that doesn't match the schema counts as absent: another version of the extension wrote it,
 * or the disk is damaged. Whoever reads it recovers as after a fresh installation, by asking the broker or the user.
 */
export function readStored<T>(schema: Schema<T>, stored: unknown): T | undefined {
  const parsed = v.safeParse(schema, stored);
  return parsed.success ? parsed.output : undefined;
}

/** Gives a key of an area a type. */
export const storedValue = <T>(area: Area, key: string, schema: Schema<T>): StoredValue<T> => ({
  get: async () => readStored(schema, await area.get(key)),
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
