import { expect, it } from 'vitest';
import { answerInstead, forgetTokens, moveClock } from '../background-faults.ts';
import type { Browser, Tab } from '../browser.ts';
import { type Asked, ask, openProbe } from '../probe.ts';
import { openTab, sees, showsSignedIn, signIn, signOut } from '../tab.ts';

/** Faults while a user is signed in. Temporary faults must not sign anybody out. */
export function faultCases(browser: () => Browser): void {
  const origins = () => browser().demo.origins;
  const askOf = (tab: Tab): Promise<Asked> => ask(tab, origins().api, ['orders:read']);
  const openPopup = () => browser().openExtensionPage('ui/popup.html');
  const pastEveryToken = 60_000;

  it('the broker is away: live tokens are served, sites are told “offline”, and nobody is signed out', async () => {
    await (await signIn(browser())).close();
    const site = await openProbe(browser(), origins().notes);
    expect(await askOf(site)).toHaveProperty('token');
    const outage = await browser().demo.outage('broker');
    expect(await askOf(site)).toHaveProperty('token');
    await moveClock(browser(), pastEveryToken);
    expect(await askOf(site)).toMatchObject({ code: 'offline', retryAfterMs: expect.any(Number) });
    const popup = await openPopup();
    await sees(popup, 'h1', 'Ada Lovelace');
    await sees(popup, '[role=alert]', 'Check your internet connection or VPN, then try again.');
    await popup.close();
    await outage.over();
    await expect.poll(() => askOf(site), { interval: 500 }).toHaveProperty('token');
    const again = await openPopup();
    await sees(again, 'h1', 'Ada Lovelace');
    expect(await again.evaluate('document.querySelector("[role=alert]")?.textContent ?? ""')).toBe('');
    for (const tab of [again, site]) await tab.close();
  });

  it('the broker has too much to do (429): sites are told when to come back', async () => {
    await browser().stopBackground();
    const site = await openProbe(browser(), origins().notes);
    await forgetTokens(browser());
    const tooMuch = { status: 429, headers: { 'Retry-After': '7' }, body: { error: 'too_many_requests' } };
    await answerInstead(browser(), 'POST /session/token', tooMuch);
    expect(await askOf(site)).toMatchObject({ code: 'busy', retryAfterMs: 7_000 });
    await browser().stopBackground();
    expect(await askOf(site)).toHaveProperty('token');
    await site.close();
  });

  it.each([
    ['ahead', 3_600_000],
    ['behind', -3_600_000],
  ])('the clock is an hour %s: signing in and every token work, and go on when it is put right', async (_name, ms) => {
    const before = await signIn(browser());
    await signOut(before);
    await before.close();
    await moveClock(browser(), ms);
    const popup = await signIn(browser());
    const site = await openProbe(browser(), origins().notes);
    const works = async () => {
      const { token = '' } = await askOf(site);
      const headers = { authorization: `Bearer ${token}` };
      expect((await fetch(`${origins().api}/orders`, { headers })).status).toBe(200);
      return token;
    };
    const token = await works();
    await browser().stopBackground();
    // With the correct clock, the age of the previous token is unknown.
    expect(await works()).not.toBe(token);
    for (const tab of [popup, site]) await tab.close();
  });

  it('the cookie is gone: signed out, everywhere, and signing in again is all it takes', async () => {
    await (await signIn(browser())).close();
    const site = await openTab(browser(), origins().notes);
    await showsSignedIn(site, true);
    await browser().clearCookies(new URL(origins().broker).hostname);
    await moveClock(browser(), pastEveryToken);
    const popup = await openPopup();
    await sees(popup, 'h1', 'You’re signed out');
    await showsSignedIn(site, false);
    await popup.close();
    await (await signIn(browser())).close();
    await showsSignedIn(site, true);
    await site.close();
  });

  it('the session is ended at the provider: every tab is signed out, though nobody asked', async () => {
    await (await signIn(browser())).close();
    const site = await openTab(browser(), origins().notes);
    await showsSignedIn(site, true);
    expect(await browser().demo.idp.endSessionsOf('ada')).toBeGreaterThan(0);
    await showsSignedIn(site, false);
    const popup = await openPopup();
    await sees(popup, 'h1', 'You’re signed out');
    for (const tab of [popup, site]) await tab.close();
  });

  it('a page with more ports than anybody needs: each is answered, and no token outlives the sign-out', async () => {
    const popup = await signIn(browser());
    const site = await openProbe(browser(), origins().notes);
    expect(await askOf(site)).toHaveProperty('token');
    // Up to a document's rate limit: 60 requests in 10 s.
    expect(await site.evaluate('crowd(50)')).toBe(50);
    expect(await askOf(site)).toHaveProperty('token');
    await signOut(popup);
    await expect.poll(() => askOf(site), { timeout: 10_000 }).toMatchObject({ code: 'not_signed_in' });
    for (const tab of [popup, site]) await tab.close();
  });

  it('the extension is updated under an open tab: a reload is all it takes, and nobody is signed out', async () => {
    await (await signIn(browser())).close();
    const site = await openProbe(browser(), origins().notes);
    expect(await askOf(site)).toHaveProperty('token');
    await browser().updateExtension();
    // Firefox injects the new bridge into the page automatically. In Chromium, the page has lost its bridge.
    const before = performance.now();
    const asked = await askOf(site);
    expect(performance.now() - before, 'noticed before the 22 s of a silent port').toBeLessThan(15_000);
    if (!asked.token) expect(asked).toMatchObject({ code: 'not_installed', message: expect.stringMatching(/reload/) });
    await site.close();
    const reloaded = await openProbe(browser(), origins().notes);
    expect(await askOf(reloaded)).toHaveProperty('token');
    const popup = await openPopup();
    await sees(popup, 'h1', 'Ada Lovelace');
    for (const tab of [popup, reloaded]) await tab.close();
  });
}
