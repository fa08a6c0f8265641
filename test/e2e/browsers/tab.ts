import { beginSignIn, closes, press, sees, tabAt, textOf, typeCredentials, until } from '../../../demo/play/tab.ts';
import { type DemoUser, demoUsers } from '../../../demo/users.ts';
import type { Browser, Tab } from './browser.ts';

export {
  answerConsent,
  askedForConsent,
  beginSignIn,
  closes,
  opened,
  openTab,
  press,
  sees,
  showsSignedIn,
  tabAt,
  textOf,
  until,
} from '../../../demo/play/tab.ts';

const quoted = (text: string): string => JSON.stringify(text);

/** Presses a site's button and waits for the API's response. */
export async function answerTo(tab: Tab, button: string): Promise<number> {
  const before = await tab.evaluate<number>('performance.getEntriesByType("resource").length');
  await press(tab, button);
  const answers = `performance.getEntriesByType("resource").slice(${before}).filter((e) => e.initiatorType === 'fetch')`;
  await until(tab, `${answers}.length > 0`);
  return tab.evaluate<number>(`${answers}.at(-1).responseStatus`);
}

export function userNamed(username: string): DemoUser {
  const found = demoUsers.find((user) => user.username === username);
  if (!found) throw new Error(`the demo has no ${username}`);
  return found;
}

/** Ends any session at the provider, then opens the popup and signs in. Existing accounts stay signed in. */
export async function signIn(browser: Browser, username = 'ada'): Promise<Tab> {
  await browser.clearCookies(new URL(browser.demo.origins.idp).hostname);
  const popup = await browser.openExtensionPage('ui/popup.html');
  await sees(popup, 'main:not([aria-busy]) h1');
  const { name } = userNamed(username);
  if ((await textOf(popup, 'h1')) === name) return popup;
  await completeSignIn(await beginSignIn(browser, popup), username);
  await sees(popup, 'h1', name);
  return popup;
}

/** Fills in the provider's form, and waits until its window closes. */
export async function completeSignIn(window: Tab, username: string): Promise<void> {
  await typeCredentials(window, userNamed(username));
  await closes(window);
}

/** Chooses a list option by its text. */
export async function choose(tab: Tab, label: string, choice: string): Promise<void> {
  const find = `[...document.querySelectorAll('select')].find((e) => (e.ariaLabel ?? e.labels[0]?.textContent ?? '').includes(${quoted(label)}))`;
  await until(tab, `${find} && ${find}.ariaDisabled !== 'true'`);
  await tab.evaluate(`(() => {
    const list = ${find};
    list.value = [...list.options].find((option) => option.text.includes(${quoted(choice)})).value;
    for (const type of ['input', 'change']) list.dispatchEvent(new Event(type, { bubbles: true }));
  })()`);
}

export async function signOut(popup: Tab): Promise<void> {
  await popup.toFront();
  await press(popup, 'Sign out');
  await sees(popup, 'h1', 'You’re signed out');
}

/** Retries until the consent window opens. After a denial, a site can't ask for a few seconds. */
export async function askedInTheEnd(browser: Browser, site: Tab): Promise<Tab> {
  const prefix = browser.extensionUrl('ui/consent.html');
  await site.toFront();
  for (let attempt = 0; attempt < 20; attempt += 1) {
    await press(site, 'Connect');
    for (let look = 0; look < 5; look += 1) {
      const window = await tabAt(browser, prefix);
      if (window) return window;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }
  throw new Error('the site was never heard again');
}
