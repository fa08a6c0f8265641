import { expect, it } from 'vitest';
import type { Browser } from '../browser.ts';
import { answerTo, beginSignIn, openTab, press, sees, showsSignedIn, signIn, signOut } from '../tab.ts';

/** Signing in once, and out for all. */
export function signInCases(browser: () => Browser): void {
  it('signing in can be given up by closing the window, which the popup explains', async () => {
    const popup = await browser().openExtensionPage('ui/popup.html');
    const window = await beginSignIn(browser(), popup);
    await window.close();
    await sees(popup, '[role=alert]');
    await sees(popup, 'button', 'Sign in');
    await popup.close();
  });

  it('one sign-in serves every site: no second login, no window', async () => {
    const { demo } = browser();
    const popup = await signIn(browser());
    const first = await openTab(browser(), demo.origins.notes);
    expect(await answerTo(first, 'Load orders')).toBe(200);
    const { logins } = demo.idp.counts;
    const before = (await browser().tabs()).length;
    const second = await openTab(browser(), demo.origins.notes);
    expect(await answerTo(second, 'Load orders')).toBe(200);
    expect(demo.idp.counts.logins).toBe(logins);
    expect(await browser().tabs()).toHaveLength(before + 1);
    for (const tab of [popup, first, second]) await tab.close();
  });

  it('signing out by the popup is seen in every tab, and ends the grant at the provider', async () => {
    const { demo } = browser();
    const popup = await browser().openExtensionPage('ui/popup.html');
    const tabs = [await openTab(browser(), demo.origins.notes), await openTab(browser(), demo.origins.shop)];
    for (const tab of tabs) await showsSignedIn(tab, true);
    const { revocations } = demo.idp.counts;
    await signOut(popup);
    for (const tab of tabs) await showsSignedIn(tab, false);
    await expect.poll(() => demo.idp.counts.revocations).toBe(revocations + 1);
    expect(demo.idp.store.identifiers('RefreshToken')).toEqual([]);
    expect(await popup.evaluate('(globalThis.browser ?? chrome).storage.local.get(null)')).toEqual({});
    for (const tab of [popup, ...tabs]) await tab.close();
  });

  it('a site can sign the person out, for all', async () => {
    const popup = await signIn(browser(), 'grace');
    const first = await openTab(browser(), browser().demo.origins.notes);
    const second = await openTab(browser(), browser().demo.origins.shop);
    for (const tab of [first, second]) await showsSignedIn(tab, true);
    await first.toFront();
    await press(first, 'Sign out');
    await showsSignedIn(second, false);
    await sees(popup, 'button', 'Sign in');
    for (const tab of [popup, first, second]) await tab.close();
  });
}
