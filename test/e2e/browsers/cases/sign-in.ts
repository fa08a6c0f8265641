import { expect, it } from 'vitest';
import type { Browser } from '../browser.ts';
import { ask, openProbe } from '../probe.ts';
import { answerTo, beginSignIn, openTab, press, sees, showsSignedIn, signIn, signOut } from '../tab.ts';

/** Sign-in once for all sites, and sign-out from all sites. */
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

  it('a grant that ended at the provider comes back without a window, for a page that nobody has clicked in', async () => {
    const { demo } = browser();
    await (await signIn(browser())).close();
    const page = await openProbe(browser(), demo.origins.notes);
    expect(await ask(page, demo.origins.api, ['orders:read'])).toHaveProperty('token');
    const { logins } = demo.idp.counts;
    const tabs = (await browser().tabs()).length;
    const grants = () => demo.idp.store.identifiers('RefreshToken');
    for (const id of grants()) await demo.idp.store.adapter('RefreshToken').destroy(id);
    // The page's token is still valid for a few seconds. The next one requires the grant.
    const answers: unknown[] = [];
    await expect
      .poll(
        async () => {
          answers.push(await ask(page, demo.origins.api, ['orders:read']));
          return grants().length;
        },
        { timeout: 60_000, interval: 500 },
      )
      .toBe(1);
    expect(answers).toEqual(answers.map(() => ({ token: expect.any(String) })));
    expect(await browser().tabs()).toHaveLength(tabs);
    expect(demo.idp.counts.logins).toBe(logins);
    await page.close();
  });

  it('a session whose cookie is gone comes back after a click, and without a window', async () => {
    const { demo } = browser();
    const before = await browser().openExtensionPage('ui/popup.html');
    await signOut(before);
    await before.close();
    await (await signIn(browser())).close();
    const site = await openTab(browser(), demo.origins.notes);
    await showsSignedIn(site, true);
    const { logins } = demo.idp.counts;
    await browser().clearCookies(new URL(demo.origins.broker).hostname);
    const page = await openProbe(browser(), demo.origins.notes);
    // The existing token is served until it expires.
    await expect
      .poll(() => ask(page, demo.origins.api, ['orders:read']), { timeout: 60_000, interval: 500 })
      .toMatchObject({ code: 'not_signed_in' });
    await page.close();
    await showsSignedIn(site, false);
    const popup = await browser().openExtensionPage('ui/popup.html');
    await sees(popup, 'button', 'Sign in');
    const tabs = (await browser().tabs()).length;
    await site.toFront();
    expect(await answerTo(site, 'Load orders')).toBe(200);
    expect(await browser().tabs()).toHaveLength(tabs);
    expect(demo.idp.counts.logins).toBe(logins);
    await signOut(popup);
    for (const tab of [popup, site]) await tab.close();
  });
}
