import { expect, it } from 'vitest';
import type { Browser, Tab } from '../browser.ts';
import { answerConsent, askedForConsent, openTab, press, sees, signIn, signOut } from '../tab.ts';

/** The badge and the tooltip in the tab that shows an origin. Without one, those of all other tabs. */
const iconAt = (browser: Browser, origin?: string) =>
  browser.inBackground<[badge: string, title: string]>(`async () => {
    const { action, tabs } = globalThis.browser ?? chrome;
    const open = await tabs.query({});
    const origin = ${JSON.stringify(origin ?? null)};
    const found = origin && open.find(({ url }) => url?.startsWith(origin));
    const at = found ? { tabId: found.id } : {};
    return Promise.all([action.getBadgeText(at), action.getTitle(at)]);
  }`);

/** The icon shows the state of its tab, without a permission. */
export function toolbarIconCases(browser: () => Browser): void {
  it('the icon says in each tab whether the site there has access, and elsewhere only who is signed in', async () => {
    const { shop, notes } = browser().demo.origins;
    const icon = (origin?: string) => expect.poll(() => iconAt(browser(), origin), { timeout: 30_000 });
    const popup = await signIn(browser());
    // Sign-ins of other browsers and devices are news until the user has looked at them.
    await popup.click('[data-panel=activity]');
    await sees(popup, '.activity li');
    await press(popup, 'Back');
    const tabs: Tab[] = [await openTab(browser(), shop), await openTab(browser(), notes)];
    const [site] = tabs as [Tab, Tab];
    await icon(shop).toEqual(['', 'Latchkey – This site has no access']);
    await icon(notes).toEqual(['✓', 'Latchkey – This site has access']);
    await icon().toEqual(['', 'Latchkey – Signed in']);

    const window = await askedForConsent(browser(), site, 'Connect');
    await icon(shop).toEqual(['!', 'Latchkey – This site is waiting for your answer']);
    await answerConsent(window, 'Allow');
    await icon(shop).toEqual(['✓', 'Latchkey – This site has access']);
    // The browser forgets the icon of a tab that shows a new page.
    await site.reload();
    await icon(shop).toEqual(['✓', 'Latchkey – This site has access']);
    await browser().stopBackground();
    await icon(shop).toEqual(['✓', 'Latchkey – This site has access']);

    await sees(popup, '.site.person', 'Shop');
    await press(popup, 'Remove access for Shop');
    await icon(shop).toEqual(['', 'Latchkey – This site has no access']);
    await signOut(popup);
    await icon(notes).toEqual(['', 'Latchkey – Signed out']);
    for (const tab of [...tabs, popup]) await tab.close();
  });
}
