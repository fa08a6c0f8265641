import { expect, it } from 'vitest';
import type { Browser } from '../browser.ts';
import {
  answerConsent,
  answerTo,
  askedForConsent,
  beginSignIn,
  closes,
  completeSignIn,
  openTab,
  press,
  sees,
  signIn,
  signOut,
  textOf,
  until,
} from '../tab.ts';

/** People change their minds: about access that they removed, and about a sign-in that they began. */
export function secondThoughtCases(browser: () => Browser): void {
  it('“Undo” gives a site back the access that was just removed, by button and by keyboard', async () => {
    const popup = await signIn(browser());
    const site = await openTab(browser(), browser().demo.origins.shop);
    await answerConsent(await askedForConsent(browser(), site, 'Connect'), 'Allow');
    expect(await answerTo(site, 'Load orders')).toBe(200);

    await sees(popup, '.site.person', 'Shop');
    await press(popup, 'Remove access for Shop');
    await sees(site, '#notice[data-code=access_not_granted]');
    await sees(popup, '[role=status]', 'Access removed for Shop');
    await popup.toFront();
    await press(popup, 'Undo: give Shop its access back');
    await sees(popup, '.site.person', 'Shop');
    await sees(popup, '[role=status]', 'Access restored for Shop');
    await site.toFront();
    expect(await answerTo(site, 'Load orders')).toBe(200);

    await press(popup, 'Remove access for Shop');
    await sees(popup, '.site.none', 'Shop');
    await popup.toFront();
    // The list shows the change before the action has ended.
    await until(popup, `document.querySelector('.status-line button') !== null`);
    await popup.hover('.status-line button');
    await until(popup, `document.querySelector('.status-line button').ariaDisabled !== 'true'`);
    await popup.evaluate(
      `document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'z', ctrlKey: true, bubbles: true }))`,
    );
    await sees(popup, '.site.person', 'Shop');

    // Closed, the popup has nothing to undo any more.
    await press(popup, 'Remove access for Shop');
    await sees(popup, '.site.none', 'Shop');
    await popup.close();
    const again = await browser().openExtensionPage('ui/popup.html');
    await sees(again, '.site.none', 'Shop');
    expect(await textOf(again, '.status-line')).toBe('');
    await site.close();
    await signOut(again);
    await again.close();
  });

  it('“Cancel” closes the sign-in window, and the next sign-in works', async () => {
    const { idp } = browser().demo.origins;
    await browser().clearCookies(new URL(idp).hostname);
    const popup = await browser().openExtensionPage('ui/popup.html');
    const window = await beginSignIn(browser(), popup);
    await sees(window, 'input[name=password]');
    await press(popup, 'Show window');
    expect(await window.isClosed()).toBe(false);
    await popup.toFront();
    await press(popup, 'Cancel');
    await closes(window);
    await sees(popup, 'h1', 'You’re signed out');
    await completeSignIn(await beginSignIn(browser(), popup), 'ada');
    await sees(popup, 'h1', 'Ada Lovelace');
    await signOut(popup);
    await popup.close();
  });
}
