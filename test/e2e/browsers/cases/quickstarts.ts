import { beforeAll, describe, expect, it } from 'vitest';
import { texts } from '../../../../clients/frameworks/texts/en.ts';
import { registryAnswers } from '../../../packages/folder.ts';
import { builtAngularQuickstart } from '../angular-quickstart.ts';
import type { Browser, Tab } from '../browser.ts';
import { openProbe, send } from '../probe.ts';
import { openQuickstart, type Quickstart } from '../quickstart-page.ts';
import { answerConsent, askedInTheEnd, completeSignIn, opened, press, sees, signIn, signOut, until } from '../tab.ts';

/** Angular's own build comes from the registry. */
const canBuild = registryAnswers();
const whyNot = canBuild ? '' : ' (skipped: npm reaches no registry)';

const prompt = (tab: Tab, ...states: string[]) =>
  until(
    tab,
    `document.querySelector(${JSON.stringify(states.map((state) => `[data-latchkey=${state}] h2`).join())}) !== null`,
  );

/** The page has Ada's orders from the API. */
async function hasOrders(tab: Tab): Promise<void> {
  await sees(tab, 'h1', 'Orders of Ada Lovelace');
  await until(
    tab,
    'performance.getEntriesByType("resource").some((e) => e.name.endsWith("/orders") && e.responseStatus === 200)',
  );
}

/** The quickstarts, with the real extension. A page that is open before the extension is in the packages' unit tests. */
export function quickstartCases(browser: () => Browser): void {
  describe('the React quickstart', () => casesOf('React', browser));
  describe('the Vue quickstart', () => casesOf('Vue', browser));
  describe.skipIf(!canBuild)(`the Angular quickstart${whyNot}`, () => {
    beforeAll(async () => void (await builtAngularQuickstart()), 600_000);
    casesOf('Angular', browser);
  });
}

function casesOf(framework: Quickstart, browser: () => Browser): void {
  it('leads from one click to the orders, and forgets them at a sign-out elsewhere', async () => {
    const { demo } = browser();
    const popup = await signIn(browser());
    await signOut(popup);
    await browser().clearCookies(new URL(demo.origins.idp).hostname);
    const tab = await openQuickstart(browser(), framework, demo.origins.notes);
    await prompt(tab, 'signed_out');
    const window = await opened(browser(), demo.origins.idp, () => press(tab, 'Sign in'));
    await completeSignIn(window, 'ada');
    await hasOrders(tab);
    await signOut(popup);
    await prompt(tab, 'signed_out');
    expect(await tab.evaluate('document.querySelector("h1") === null')).toBe(true);
    for (const each of [popup, tab]) await each.close();
  });

  it('asks to connect the site, says why there is nothing after a no, and signs out', async () => {
    const { demo } = browser();
    const popup = await signIn(browser());
    const before = await openProbe(browser(), demo.origins.shop);
    await send(before, { v: 1, id: 'r', m: 'access.revoke', p: {}, deadline_ms: 30_000 });
    await before.close();
    const tab = await openQuickstart(browser(), framework, demo.origins.shop);
    await prompt(tab, 'not_connected');
    await answerConsent(await askedInTheEnd(browser(), tab), 'Not now');
    await sees(tab, '[role=alert]', texts.errors.user_denied);
    await answerConsent(await askedInTheEnd(browser(), tab), 'Allow');
    await hasOrders(tab);
    await press(tab, 'Sign out');
    await prompt(tab, 'signed_out');
    await sees(popup, 'h1', 'You’re signed out');
    for (const each of [popup, tab]) await each.close();
  });

  it('shows nothing old after an update of the extension', async () => {
    await (await signIn(browser())).close();
    const tab = await openQuickstart(browser(), framework, browser().demo.origins.notes);
    await hasOrders(tab);
    await browser().updateExtension();
    const popup = await signIn(browser());
    await signOut(popup);
    // Tabs of a headless browser are never hidden: the person comes back to this one.
    await tab.evaluate('document.dispatchEvent(new Event("visibilitychange"))');
    // Firefox puts the new bridge into the page. In Chromium, a page of a build with fixed sites needs a reload.
    await prompt(tab, 'signed_out', 'not_installed');
    await tab.reload();
    await prompt(tab, 'signed_out');
    for (const each of [popup, tab]) await each.close();
  });
}
