import { browser } from './browser.ts';

/**
 * One value in `storage.session`, for pages of the extension. What the background keeps there is in `storage.ts`. It is in
 * memory, and content scripts can't read it.
 */
export const keptInSession = (key: string) => ({
  get: async (): Promise<unknown> => (await browser.storage.session.get(key))[key],
  set: (value: object): Promise<void> => browser.storage.session.set({ [key]: value }),
  clear: (): Promise<void> => browser.storage.session.remove(key),
});
