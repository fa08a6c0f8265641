import { expect, it } from 'vitest';
import type { Browser, Tab } from '../browser.ts';
import { type Asked, ask, openProbe } from '../probe.ts';
import { sees, signIn, signOut, textOf } from '../tab.ts';

/** The extension finds state that another version stored, or that is unreadable. */
export function storedStateCases(browser: () => Browser): void {
  const origins = () => browser().demo.origins;
  const askOf = (tab: Tab): Promise<Asked> => ask(tab, origins().api, ['orders:read']);

  /** Changes the database like a newer version of the extension, and stops the background. */
  const inNewerVersion = async (change: string): Promise<void> => {
    await browser().inBackground(`(self) => new Promise((resolve, reject) => {
      const open = (version) => {
        const request = self.indexedDB.open('latchkey', version);
        request.onerror = () => reject(request.error);
        return request;
      };
      const now = open();
      now.onsuccess = () => {
        now.result.close();
        const next = open(now.result.version + 10);
        next.onupgradeneeded = () => (${change})(next.result, next.transaction);
        next.onsuccess = () => { next.result.close(); resolve(); };
      };
    })`);
    await browser().stopBackground();
  };

  it('a downgrade: the database of a newer version is used as it is, and nobody is signed out', async () => {
    await (await signIn(browser())).close();
    const site = await openProbe(browser(), origins().notes);
    await inNewerVersion(`(db) => db.createObjectStore('more', { keyPath: 'id' })`);
    expect(await askOf(site)).toHaveProperty('token');
    const popup = await browser().openExtensionPage('ui/popup.html');
    await sees(popup, 'h1', 'Ada Lovelace');
    await signOut(popup);
    for (const tab of [popup, site]) await tab.close();
  });

  const heading = async (): Promise<string> => {
    const popup = await browser().openExtensionPage('ui/popup.html');
    await sees(popup, 'main:not([aria-busy]) h1');
    const text = await textOf(popup, 'h1');
    await popup.close();
    return text;
  };
  const signedOut = 'You’re signed out';
  it.each([
    [
      'has no store of ours',
      `(db) => { for (const name of db.objectStoreNames) db.deleteObjectStore(name) }`,
      signedOut,
    ],
    [
      'has other stores under our names',
      `(db) => { for (const name of ['keys', 'profiles']) { db.deleteObjectStore(name); db.createObjectStore(name, { keyPath: 'id' }) } }`,
      signedOut,
    ],
    ['has other keys', `(_, changing) => changing.objectStore('keys').put({ v: 2 }, 'session')`, signedOut],
    [
      'has another list of accounts',
      `(_, changing) => changing.objectStore('profiles').put({ v: 2 }, 'list')`,
      'Ada Lovelace',
    ],
  ])(
    'a downgrade: the database of a newer version %s: signing in again is all it takes',
    async (_what, change, found) => {
      await (await signIn(browser())).close();
      await inNewerVersion(change);
      // The cached session is refreshed when it is two seconds old.
      await expect.poll(heading).toBe(found);
      const popup = await signIn(browser());
      const site = await openProbe(browser(), origins().notes);
      expect(await askOf(site)).toHaveProperty('token');
      await signOut(popup);
      for (const tab of [popup, site]) await tab.close();
    },
  );

  it('state in memory that this version cannot read: the broker is asked, and nobody is signed out', async () => {
    await (await signIn(browser())).close();
    const site = await openProbe(browser(), origins().notes);
    expect(await askOf(site)).toHaveProperty('token');
    await browser().inBackground(`async (self) => {
      const { session } = self.chrome.storage;
      const keys = Object.keys(await session.get(null));
      await session.set(Object.fromEntries(keys.map((key) => [key, { v: 2 }])));
    }`);
    await browser().stopBackground();
    expect(await askOf(site)).toHaveProperty('token');
    const popup = await browser().openExtensionPage('ui/popup.html');
    await sees(popup, 'h1', 'Ada Lovelace');
    for (const tab of [popup, site]) await tab.close();
  });
}
