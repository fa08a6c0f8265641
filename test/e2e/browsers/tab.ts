import { expect } from 'vitest';
import { type DemoUser, demoUsers } from '../../../demo/users.ts';
import type { Browser, Tab } from './browser.ts';

/** Timeout for one browser step, on a busy machine. */
const timeout = 30_000;
const quoted = (text: string): string => JSON.stringify(text);

/** Waits until an expression is true in the page. Retries if the page navigates in the meantime. */
export const until = (tab: Tab, expression: string): Promise<void> =>
  expect.poll(() => tab.evaluate(expression).catch(() => false), { timeout, message: expression }).toBeTruthy();

/** Waits for an element. If `text` is given, the element must contain it. */
export const sees = (tab: Tab, selector: string, text = ''): Promise<void> =>
  until(
    tab,
    `[...document.querySelectorAll(${quoted(selector)})].some((e) => e.textContent.includes(${quoted(text)}))`,
  );

export const textOf = (tab: Tab, selector: string): Promise<string> =>
  tab.evaluate(`document.querySelector(${quoted(selector)})?.textContent ?? ''`);

/** Presses the button with exactly this name, when it exists and is enabled. */
export async function press(tab: Tab, name: string): Promise<void> {
  await until(
    tab,
    `(() => {
      const named = (button) => (button.ariaLabel ?? button.textContent).trim() === ${quoted(name)} && !button.disabled && button.ariaDisabled !== 'true';
      document.querySelector('[data-press]')?.removeAttribute('data-press');
      const button = [...document.querySelectorAll('button')].find(named);
      button?.setAttribute('data-press', '');
      return button !== undefined;
    })()`,
  );
  // A button that grants something waits again, because the pointer enters the window.
  await tab.hover('[data-press]');
  await until(tab, `document.querySelector('[data-press]')?.ariaDisabled !== 'true'`);
  await tab.click('[data-press]');
}

export const closes = (tab: Tab): Promise<void> => expect.poll(() => tab.isClosed(), { timeout }).toBe(true);

/** A tab whose URL begins with `prefix` and that isn't in `known`. */
export async function tabAt(browser: Browser, prefix: string, known?: ReadonlySet<Tab>): Promise<Tab | undefined> {
  for (const tab of await browser.tabs()) if (!known?.has(tab) && (await tab.url()).startsWith(prefix)) return tab;
  return undefined;
}

/** Waits for the tab or window that opens while `act` runs, and whose URL begins with `prefix`. */
export async function opened(browser: Browser, prefix: string, act: () => Promise<unknown>): Promise<Tab> {
  const before = new Set(await browser.tabs());
  await act();
  let found: Tab | undefined;
  await expect
    .poll(
      async () => {
        found = await tabAt(browser, prefix, before);
        return found !== undefined;
      },
      { timeout, message: `a window at ${prefix}` },
    )
    .toBe(true);
  if (!found) throw new Error('unreachable: the poll has found it');
  return found;
}

export async function openTab(browser: Browser, url: string): Promise<Tab> {
  const tab = await browser.newTab();
  await tab.goto(url);
  return tab;
}

export const showsSignedIn = (tab: Tab, signedIn: boolean): Promise<void> =>
  sees(tab, `html[data-signed-in=${signedIn}]`);

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

/** Presses “Sign in” in the popup. @returns the provider's window */
export const beginSignIn = (browser: Browser, popup: Tab): Promise<Tab> =>
  opened(browser, browser.demo.origins.idp, () => press(popup, 'Sign in'));

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
  await sees(window, 'input[name=password]');
  await window.type('input[name=username]', username);
  await window.type('input[name=password]', userNamed(username).password);
  await press(window, 'Sign in').catch(() => undefined);
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

/** Presses a site's button. @returns the consent window that it opens */
export async function askedForConsent(browser: Browser, site: Tab, button: string): Promise<Tab> {
  await site.toFront();
  return opened(browser, browser.extensionUrl('ui/consent.html'), () => press(site, button));
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

/** Answers the consent window and waits until it closes. */
export async function answerConsent(window: Tab, answer: string): Promise<void> {
  // The window may close before the click completes.
  await press(window, answer).catch(() => undefined);
  await closes(window);
}
