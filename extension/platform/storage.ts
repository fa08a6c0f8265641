import { browser } from './browser.ts';

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

type BrowserArea = Pick<typeof browser.storage.local, 'get' | 'set' | 'remove'>;

const wrap = (area: BrowserArea): Area => ({
  get: async (key) => (await area.get(key))[key],
  set: (key, value) => area.set({ [key]: value }),
  remove: (keys) => area.remove(keys),
  keys: async () => Object.keys(await area.get(null)),
});

/** In memory only, gone with the browser, out of the reach of content scripts: where tokens and sign-in state live. */
export const sessionArea = (): Area => wrap(browser.storage.session);

/** On disk and readable by content scripts: settings only, never a secret. */
export const localArea = (): Area => wrap(browser.storage.local);

/** Gives one key of an area a type. */
export const slot = <T>(area: Area, key: string): Slot<T> => ({
  get: async () => (await area.get(key)) as T | undefined,
  set: (value) => area.set(key, value),
  clear: () => area.remove(key),
});
