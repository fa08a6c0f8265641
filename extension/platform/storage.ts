import { browser } from './browser.ts';
import type { Area } from './stored-value.ts';

type BrowserArea = Pick<typeof browser.storage.session, 'get' | 'set' | 'remove'>;

const wrap = (area: BrowserArea): Area => ({
  get: async (key) => (await area.get(key))[key],
  set: (key, value) => area.set({ [key]: value }),
  remove: (keys) => area.remove(keys),
  keys: async () => Object.keys(await area.get(null)),
});

/**
 * In memory only, gone with the browser, out of the reach of content scripts: where tokens and sign-in state live. What
 * outlives the browser is in our database. Nothing is in `storage.local` or `storage.sync`: the processes of web pages
 * can read and write them.
 */
export const sessionArea = (): Area => wrap(browser.storage.session);

/** `setAccessLevel` exists in Chromium. */
interface Lockable extends BrowserArea {
  setAccessLevel?(access: { accessLevel: 'TRUSTED_CONTEXTS' }): Promise<void>;
}

/** Keeps content scripts out of all storage, where the browser can, and takes away what earlier versions left there. */
export async function lockStorage(): Promise<void> {
  const { local, sync, session } = browser.storage;
  const areas: Lockable[] = [local, sync, session];
  await Promise.allSettled(areas.map((area) => area.setAccessLevel?.({ accessLevel: 'TRUSTED_CONTEXTS' })));
  await local.clear();
}
