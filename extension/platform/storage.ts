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
 * Storage for tokens and sign-in state. It is in memory, cleared when the browser closes, and inaccessible to content
 * scripts. Persistent state is in our database. Nothing is in `storage.local` or `storage.sync`, because the processes
 * of web pages can read and write them.
 */
export const sessionArea = (): Area => wrap(browser.storage.session);

/** `setAccessLevel` exists in Chromium. */
interface Lockable extends BrowserArea {
  setAccessLevel?(access: { accessLevel: 'TRUSTED_CONTEXTS' }): Promise<void>;
}

/** Blocks content scripts from all storage, if the browser supports it, and removes data of earlier versions. */
export async function lockStorage(): Promise<void> {
  const { local, sync, session } = browser.storage;
  const areas: Lockable[] = [local, sync, session];
  await Promise.allSettled(areas.map((area) => area.setAccessLevel?.({ accessLevel: 'TRUSTED_CONTEXTS' })));
  await local.clear();
}
