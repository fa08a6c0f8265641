import { browser } from './browser.ts';
import type { Area } from './stored-value.ts';

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
