import { expect, it } from 'vitest';
import { forgetTokens, stopAt } from '../background-faults.ts';
import type { Browser, Tab } from '../browser.ts';
import { type Asked, ask, openProbe } from '../probe.ts';
import {
  answerConsent,
  askedForConsent,
  beginSignIn,
  closes,
  openTab,
  press,
  sees,
  signIn,
  signOut,
  userNamed,
} from '../tab.ts';

/** The background is stopped in the middle of each step, and the user can still continue. */
export function interruptionCases(browser: () => Browser): void {
  const origins = () => browser().demo.origins;
  const askOf = (tab: Tab): Promise<Asked> => ask(tab, origins().api, ['orders:read']);

  /** The popup of a user who is signed out, both here and at the provider. */
  const signedOut = async (): Promise<Tab> => {
    const popup = await signIn(browser());
    await signOut(popup);
    await browser().clearCookies(new URL(origins().idp).hostname);
    return popup;
  };
  const fillIn = async (window: Tab): Promise<void> => {
    await sees(window, 'input[name=password]');
    await window.type('input[name=username]', 'ada');
    await window.type('input[name=password]', userNamed('ada').password);
    await press(window, 'Sign in').catch(() => undefined);
    await closes(window);
  };
  const interrupted = (popup: Tab): Promise<void> => sees(popup, '[role=alert]', 'try again');

  it('stopped before a sign-in is on its way: the popup says so, and the next one works', async () => {
    const popup = await signedOut();
    const stopped = await stopAt(browser(), 'before', 'POST /session/authorize');
    await press(popup, 'Sign in');
    await stopped();
    await interrupted(popup);
    await fillIn(await beginSignIn(browser(), popup));
    await sees(popup, 'h1', 'Ada Lovelace');
    await popup.close();
  });

  it('stopped behind the sign-in window: the popup says so, and the next sign-in works', async () => {
    const popup = await signedOut();
    const window = await beginSignIn(browser(), popup);
    await browser().stopBackground();
    await interrupted(popup);
    if (!(await window.isClosed())) await window.close();
    await fillIn(await beginSignIn(browser(), popup));
    await sees(popup, 'h1', 'Ada Lovelace');
    await popup.close();
  });

  it.each([
    ['when the code has come', 'before'],
    ['when the broker has opened the session, and its answer is lost', 'after'],
  ] as const)('stopped %s: one more click, and no second password', async (_when, at) => {
    const popup = await signedOut();
    const { logins } = browser().demo.idp.counts;
    const stopped = await stopAt(browser(), at, 'POST /session');
    await fillIn(await beginSignIn(browser(), popup));
    await stopped();
    await interrupted(popup);
    await press(popup, 'Sign in');
    await sees(popup, 'h1', 'Ada Lovelace');
    expect(browser().demo.idp.counts.logins).toBe(logins + 1);
    await popup.close();
  });

  it.each(['before', 'after'] as const)(
    'stopped %s a token was given: the site has it, and notices nothing',
    async (at) => {
      await (await signIn(browser())).close();
      const site = await openProbe(browser(), origins().notes);
      await browser().stopBackground();
      await forgetTokens(browser());
      const stopped = await stopAt(browser(), at, 'POST /session/token');
      const asked = askOf(site);
      await stopped();
      expect(await asked).toHaveProperty('token');
      await site.close();
    },
  );

  it.each(['before', 'after'] as const)(
    'stopped %s a consent was stored: the same window goes on with it',
    async (at) => {
      await (await signIn(browser())).close();
      const site = await openTab(browser(), origins().shop);
      await sees(site, '#notice[data-code=access_not_granted]');
      const window = await askedForConsent(browser(), site, 'Connect');
      await sees(window, '.origin', origins().shop);
      const stopped = await stopAt(browser(), at, 'POST /session/consents');
      await press(window, 'Allow');
      await stopped();
      await interrupted(window);
      await answerConsent(window, 'Allow');
      await sees(site, '#token', 'number');
      const popup = await browser().openExtensionPage('ui/popup.html');
      await press(popup, 'Remove access for Shop');
      await sees(popup, '.site.none', 'Shop');
      for (const tab of [popup, site]) await tab.close();
    },
  );

  it.each(['before', 'after'] as const)('stopped %s the broker hears of a sign-out: signed out', async (at) => {
    const popup = await signIn(browser());
    const stopped = await stopAt(browser(), at, 'DELETE /session');
    await press(popup, 'Sign out');
    await stopped();
    await sees(popup, 'h1', 'You’re signed out');
    await popup.close();
  });

  it('the provider is away: what is fresh is served, then “busy”; nobody is signed out, and it passes by itself', async () => {
    await (await signIn(browser())).close();
    const site = await openProbe(browser(), origins().notes);
    expect(await askOf(site)).toHaveProperty('token');
    const outage = await browser().demo.outage('idp');
    expect(await askOf(site)).toHaveProperty('token');
    await expect
      .poll(() => askOf(site), { timeout: 60_000, interval: 1_000 })
      .toMatchObject({
        code: 'busy',
        retryAfterMs: expect.any(Number),
      });
    const popup = await browser().openExtensionPage('ui/popup.html');
    await sees(popup, 'h1', 'Ada Lovelace');
    await outage.over();
    await expect.poll(() => askOf(site), { timeout: 60_000, interval: 1_000 }).toHaveProperty('token');
    for (const tab of [popup, site]) await tab.close();
  }, 180_000);
}
