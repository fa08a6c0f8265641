import { decodeJwt } from 'jose';
import { expect, it } from 'vitest';
import type { Browser, Tab } from '../browser.ts';
import { ask, openProbe } from '../probe.ts';
import {
  answerConsent,
  answerTo,
  askedForConsent,
  choose,
  completeSignIn,
  opened,
  openTab,
  press,
  sees,
  signIn,
  signOut,
  textOf,
  until,
} from '../tab.ts';

const list = 'Account for Delivery notes';
const ada = 'ada@example.com';
const grace = 'grace@example.com';

/** Restores the stored state of a version with only one account, and clears memory like an update. */
const asBefore = `(async () => {
  const done = (request) =>
    new Promise((resolve, reject) => {
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
  const now = await done(indexedDB.open('latchkey'));
  const key = await done(now.transaction('keys').objectStore('keys').get('session'));
  now.close();
  await done(indexedDB.deleteDatabase('latchkey'));
  const opening = indexedDB.open('latchkey', 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore('keys');
  const before = await done(opening);
  await done(before.transaction('keys', 'readwrite').objectStore('keys').put(key, 'session'));
  before.close();
  await (globalThis.browser ?? chrome).storage.session.clear();
})()`;

/** Two accounts at the same time. A site has one of them, and never gets anything of the other. */
export function accountCases(browser: () => Browser): void {
  let popup: Tab;
  let page: Tab;
  /** Ada's name at the broker. */
  let sub: string;

  const claimsOf = async (tab: Tab) =>
    decodeJwt((await ask(tab, browser().demo.origins.api, ['orders:read'])).token ?? '');
  /** The user of the token that a page gets, by their name at the provider, or the error code. */
  const whose = async (tab: Tab, profile?: string): Promise<unknown> => {
    const { token, code } = await ask(tab, browser().demo.origins.api, ['orders:read'], profile);
    return token === undefined ? code : decodeJwt(token).idp_sub;
  };
  const add = async (username: string): Promise<void> => {
    const { idp } = browser().demo.origins;
    await browser().clearCookies(new URL(idp).hostname);
    await completeSignIn(await opened(browser(), idp, () => press(popup, 'Add another account')), username);
  };
  /** Chooses in the popup, and waits until the choice takes effect. */
  const give = async (account: string): Promise<void> => {
    await choose(popup, list, account);
    await until(popup, `document.querySelector('select').ariaDisabled !== 'true'`);
  };

  it('an update from a version that knew one account signs nobody out', async () => {
    const before = await signIn(browser());
    const { logins } = browser().demo.idp.counts;
    await browser().stopBackground();
    await before.evaluate(asBefore);
    await before.close();
    popup = await browser().openExtensionPage('ui/popup.html');
    await sees(popup, 'h1', 'Ada Lovelace');
    expect(browser().demo.idp.counts.logins).toBe(logins);
  });

  it('a second account stands beside the first, and changes nothing for any site', async () => {
    page = await openProbe(browser(), browser().demo.origins.notes);
    ({ sub = '' } = await claimsOf(page));
    await add('grace');
    await sees(popup, '.others h3', 'Grace Hopper');
    expect(await textOf(popup, 'h1')).toBe('Ada Lovelace');
    expect(await whose(page)).toBe('ada');
  });

  it('an account is there once, however often it is added', async () => {
    await add('grace');
    await sees(popup, '.others h3', 'Grace Hopper');
    expect(await popup.evaluate(`document.querySelectorAll('.others h3').length`)).toBe(1);
    expect(browser().demo.idp.store.identifiers('RefreshToken').length).toBeGreaterThanOrEqual(2);
  });

  it('a site has the account that is chosen for it, at once, and none that it names instead', async () => {
    const site = await openTab(browser(), browser().demo.origins.notes);
    await sees(site, 'body', 'Ada Lovelace');
    await give(grace);
    await sees(site, 'body', 'Grace Hopper');
    expect(await whose(page)).toBe('grace');
    expect(await whose(page, sub)).toBe('not_signed_in');
    await site.close();
  });

  it('the background is stopped: each site has the account that it had', async () => {
    await browser().stopBackground();
    expect(await whose(page)).toBe('grace');
  });

  it('no token of one account is given for the other, whenever it is changed', async () => {
    for (const [account, username] of [
      [ada, 'ada'],
      [grace, 'grace'],
      [ada, 'ada'],
      [grace, 'grace'],
    ] as const) {
      const under = [whose(page), whose(page)];
      await give(account);
      const after = await Promise.all([whose(page), whose(page), whose(page)]);
      expect(after).toEqual([username, username, username]);
      for (const answer of await Promise.all(under)) expect(['ada', 'grace', 'busy', 'expired']).toContain(answer);
    }
  });

  it('the consent window says for which account, and lets the person choose another', async () => {
    const { shop } = browser().demo.origins;
    const site = await openTab(browser(), shop);
    const window = await askedForConsent(browser(), site, 'Connect');
    await sees(window, '.end', ada);
    await choose(window, 'Account to use', grace);
    await sees(window, '.end p', grace);
    await answerConsent(window, 'Allow');
    expect(await answerTo(site, 'Load orders')).toBe(200);
    const probe = await openProbe(browser(), shop);
    expect(await whose(probe)).toBe('grace');
    await press(popup, 'Remove access for Shop');
    await expect.poll(() => whose(probe)).toBe('access_not_granted');
    for (const tab of [site, probe]) await tab.close();
  });

  it('the end of one session leaves the other alone, and its sites wait for just that account', async () => {
    expect(await browser().demo.idp.endSessionsOf('grace')).toBeGreaterThan(0);
    await expect.poll(() => whose(page)).toBe('not_signed_in');
    await sees(popup, 'button', 'Sign in again');
    await give(ada);
    expect(await whose(page)).toBe('ada');
    const { idp } = browser().demo.origins;
    const window = await opened(browser(), idp, () => press(popup, 'Sign in again as Grace Hopper'));
    await completeSignIn(window, 'grace');
    await give(grace);
    expect(await whose(page)).toBe('grace');
  });

  it('one account is left, and its sites have the other', async () => {
    await press(popup, 'Sign out of Grace Hopper');
    await until(popup, `!document.querySelector('.others')`);
    await expect.poll(() => whose(page)).toBe('ada');
    expect(await popup.evaluate(`document.querySelector('select')`)).toBe(null);
    await signOut(popup);
    for (const tab of [page, popup]) await tab.close();
  });
}
