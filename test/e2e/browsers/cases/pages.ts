import { expect, it } from 'vitest';
import { demoUsers } from '../../../../demo/users.ts';
import type { Browser, Tab } from '../browser.ts';
import { openTab, press, sees, signIn, signOut, textOf, until } from '../tab.ts';

/** The extension's pages in tabs. */
export function pageCases(browser: () => Browser): void {
  it('the extension greets whoever has installed it, once', async () => {
    expect(browser().greeted).toBe(true);
    const welcome = await browser().openExtensionPage('ui/welcome.html');
    await sees(welcome, 'h1', 'Welcome to Latchkey');
    await welcome.close();
  });

  it('the settings name the broker, who chose it, and what the extension can reach', async () => {
    const { origins } = browser().demo;
    const settings = await browser().openExtensionPage('ui/options.html');
    await sees(settings, '.origin.strong', origins.broker);
    await sees(settings, '.quiet', 'Set by your organization');
    for (const origin of [origins.broker, origins.shop, origins.notes])
      await sees(settings, '.rows .origin', new URL(origin).hostname);
    await settings.close();
  });

  it('diagnostics find nothing wrong where nothing is, and copy nothing personal', async () => {
    const popup = await signIn(browser());
    const page = await browser().openExtensionPage('ui/diagnostics.html');
    await until(page, `document.querySelectorAll('.check').length === 13 && !document.querySelector('.checking')`);
    for (const verdict of ['failed', 'skipped'])
      expect(await page.evaluate(`document.querySelector('.check.${verdict}')?.textContent ?? ''`)).toBe('');
    await sees(page, '.check', `${new URL(browser().demo.origins.idp).host} is ready`);
    await sees(page, '.check', 'can’t be exported');
    await sees(page, '.check', 'Signed in as Ada Lovelace');
    const copied = await textOf(page, 'pre');
    expect(copied).toContain('held, non-extractable');
    for (const { name, email } of demoUsers) {
      expect(copied).not.toContain(name);
      expect(copied).not.toContain(email);
    }
    expect(copied).not.toContain(browser().demo.origins.shop);
    await page.close();
    await popup.close();
  });

  it('“Open” in a site’s row goes to its tab, and opens one where there is none', async () => {
    const { shop } = browser().demo.origins;
    /** The shop's tabs, and whether each is the one that its window shows. */
    const shown = () =>
      expect.poll(
        () =>
          browser().inBackground<boolean[]>(`async () => {
            const open = await (globalThis.browser ?? chrome).tabs.query({});
            return open.filter(({ url }) => url?.startsWith(${JSON.stringify(shop)})).map(({ active }) => active);
          }`),
        { timeout: 30_000 },
      );
    const choose = async (popup: Tab) => {
      await popup.toFront();
      await press(popup, 'Open Shop');
    };
    const popup = await signIn(browser());
    const site = await openTab(browser(), shop);
    await popup.toFront();
    await shown().toEqual([false]);
    await choose(popup);
    await shown().toEqual([true]);
    await site.close();
    const again = await browser().openExtensionPage('ui/popup.html');
    await choose(again);
    await shown().toEqual([true]);
    await browser().inBackground(`async () => {
      const { tabs } = globalThis.browser ?? chrome;
      const open = await tabs.query({});
      await tabs.remove(open.filter(({ url }) => url?.startsWith(${JSON.stringify(shop)})).map(({ id }) => id));
    }`);
    for (const tab of [popup, again]) if (!(await tab.isClosed())) await tab.close();
    const last = await browser().openExtensionPage('ui/popup.html');
    await signOut(last);
    await last.close();
  });

  it('the icon tells whether somebody is signed in', async () => {
    const title = '(globalThis.browser ?? chrome).action.getTitle({})';
    const popup = await signIn(browser());
    await expect.poll(() => popup.evaluate(title)).toBe('Latchkey – Signed in');
    await signOut(popup);
    await expect.poll(() => popup.evaluate(title)).toBe('Latchkey – Signed out');
    await popup.close();
  });
}
