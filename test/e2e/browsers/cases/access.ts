import { expect, it } from 'vitest';
import type { Browser, Tab } from '../browser.ts';
import { ask, openProbe } from '../probe.ts';
import {
  answerConsent,
  answerTo,
  askedForConsent,
  askedInTheEnd,
  closes,
  openTab,
  press,
  sees,
  signIn,
  signOut,
  textOf,
  until,
} from '../tab.ts';

/** A site's access, and how the user grants and revokes it. */
export function accessCases(browser: () => Browser): void {
  let shop: Tab;

  it('a site gets nothing without asking, and nothing when the person says no', async () => {
    await (await signIn(browser())).close();
    shop = await openTab(browser(), browser().demo.origins.shop);
    await sees(shop, '#notice[data-code=access_not_granted]');
    await answerConsent(await askedForConsent(browser(), shop, 'Connect'), 'Not now');
    await sees(shop, '#notice[data-code=user_denied]');
    expect(await textOf(shop, '#token')).toBe('none');
  });

  it('closing the consent window is a no', async () => {
    await shop.reload();
    await (await askedInTheEnd(browser(), shop)).close();
    await sees(shop, '#notice[data-code=user_denied]');
  });

  it('disconnecting ends what is pending: the window closes, the page has its answer and an event', async () => {
    await answerConsent(await askedInTheEnd(browser(), shop), 'Allow');
    expect(await answerTo(shop, 'Load orders')).toBe(200);
    // Open it before the window. Otherwise, Firefox opens it as a tab in that window, and closes both together.
    const popup = await browser().openExtensionPage('ui/popup.html');
    await sees(popup, '.site.person', 'Shop');
    const window = await askedForConsent(browser(), shop, 'Place an order');
    await shop.evaluate(`(() => {
      const notice = document.getElementById('notice');
      window.codes = [];
      new MutationObserver(() => window.codes.push(notice.dataset.code)).observe(notice, { attributes: true });
    })()`);
    await press(popup, 'Remove access for Shop');
    await closes(window);
    await until(shop, `window.codes.includes('user_denied') && window.codes.includes('access_not_granted')`);
    await sees(popup, '.site.none', 'Shop');
    await popup.close();
  });

  it('a site has exactly what was granted, and asks again only for more', async () => {
    const window = await askedInTheEnd(browser(), shop);
    await sees(window, '.origin', browser().demo.origins.shop);
    await answerConsent(window, 'Allow');
    expect(await answerTo(shop, 'Load orders')).toBe(200);

    const more = await askedForConsent(browser(), shop, 'Place an order');
    await sees(more, '.asks', 'Change your orders');
    expect(await textOf(more, '.asks')).not.toContain('See your orders');
    expect(await textOf(more, '.has')).toContain('See your orders');
    await answerConsent(more, 'Allow');
    await sees(shop, '#orders', 'Brass gear wheel');
  });

  it('disconnecting in the popup reaches the open tab', async () => {
    const popup = await browser().openExtensionPage('ui/popup.html');
    // The broker notes a use at most every five minutes.
    await sees(popup, '.site.person', 'Last used');
    await press(popup, 'Remove access for Shop');
    await sees(popup, '.site.none', 'Shop');
    await sees(shop, '#notice[data-code=access_not_granted]');
    await shop.close();
    await popup.close();
  });

  it('a site that was told “never” is refused without a window, until the person lets it ask again', async () => {
    const { api, shop } = browser().demo.origins;
    const site = await openTab(browser(), shop);
    await answerConsent(await askedInTheEnd(browser(), site), 'Block this site');
    await sees(site, '#notice[data-code=user_denied]');
    await site.close();
    const probe = await openProbe(browser(), shop);
    expect(await ask(probe, api, ['orders:read'])).toEqual({ code: 'user_denied', message: expect.any(String) });
    const popup = await browser().openExtensionPage('ui/popup.html');
    await sees(popup, '.site.never', 'Shop');
    await press(popup, 'Unblock Shop');
    await sees(popup, '.site.none', 'Shop');
    expect(await ask(probe, api, ['orders:read'])).toEqual({
      code: 'access_not_granted',
      interaction: 'consent',
      message: expect.any(String),
    });
    await probe.close();
    await popup.close();
  });

  it('a site that the administrator has let in gets no more than that', async () => {
    const { api, notes } = browser().demo.origins;
    const probe = await openProbe(browser(), notes);
    expect(await ask(probe, api, ['orders:read'])).toHaveProperty('token');
    expect(await ask(probe, api, ['orders:write'])).toMatchObject({ code: 'policy_denied' });
    expect(await ask(probe, 'http://127.0.0.1:1', ['orders:read'])).toMatchObject({ code: 'policy_denied' });
    await probe.close();
  });

  it('a person whom a site is not for is told so, and not asked', async () => {
    const popup = await browser().openExtensionPage('ui/popup.html');
    await signOut(popup);
    await popup.close();
    const again = await signIn(browser(), 'mallory');
    const shop = await openTab(browser(), browser().demo.origins.shop);
    await press(shop, 'Connect');
    await sees(shop, '#notice[data-code=policy_denied]');
    await shop.close();
    await signOut(again);
    await again.close();
  });
}
