/** A part of the browser's key-value storage. What is read was written by this version of the extension, or it is gone. */
export interface Area {
  get(key: string): Promise<unknown>;
  set(key: string, value: unknown): Promise<void>;
  remove(keys: string | string[]): Promise<void>;
  keys(): Promise<string[]>;
}

/** One named value of an area. */
export interface Slot<T> {
  get(): Promise<T | undefined>;
  set(value: T): Promise<void>;
  clear(): Promise<void>;
}

/** Gives one key of an area a type. */
export const slot = <T>(area: Area, key: string): Slot<T> => ({
  get: async () => (await area.get(key)) as T | undefined,
  set: (value) => area.set(key, value),
  clear: () => area.remove(key),
});
