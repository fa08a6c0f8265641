import { setTimeout as sleep } from 'node:timers/promises';
import type { DrivenBrowser, Tab } from '../browser/driven.ts';
import type { Demo } from '../stack.ts';
import type { DemoUser } from '../users.ts';

/** A browser with the extension, and the demo that it visits. */
export interface OnDemo extends DrivenBrowser {
  demo: Pick<Demo, 'origins'>;
}

/** How long one step of a browser may take on a busy machine, in milliseconds. */
const deadlineMs = 30_000;
const pauseMs = 50;
const quoted = (text: string): string => JSON.stringify(text);

/** Waits until an expression is true in the page. Retries if the page navigates in the meantime. */
export const until = (tab: Tab, expression: string): Promise<void> =>
  inTime(() => tab.evaluate(expression), expression);

/** Asks again until the answer is true. @throws {Error} if that takes too long */
async function inTime(ask: () => Promise<unknown>, what: string): Promise<void> {
  let cause: unknown;
  for (const endsAt = Date.now() + deadlineMs; Date.now() < endsAt; await sleep(pauseMs)) {
    try {
      if (await ask()) return;
    } catch (error) {
      cause = error;
    }
  }
  throw new Error(`in ${deadlineMs / 1_000} s, this has not happened: ${what}`, { cause });
}

/** Waits for an element. If `text` is given, the element must contain it, if only in a closed `<details>`. */
export const sees = (tab: Tab, selector: string, text = ''): Promise<void> =>
  until(
    tab,
    `[...document.querySelectorAll(${quoted(selector)})].some((e) => e.textContent.includes(${quoted(text)}))`,
  );

/** Waits for an element that a person can see. If `text` is given, it must be visible in the element. */
export const shows = (tab: Tab, selector: string, text = ''): Promise<void> =>
  until(
    tab,
    `[...document.querySelectorAll(${quoted(selector)})].some((e) =>
      e.checkVisibility({ visibilityProperty: true }) && (e.innerText ?? e.textContent).includes(${quoted(text)}))`,
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

export const closes = (tab: Tab): Promise<void> => inTime(() => tab.isClosed(), 'the window closes');

/** A tab whose URL begins with `prefix` and that isn't in `known`. */
export async function tabAt(
  browser: DrivenBrowser,
  prefix: string,
  known?: ReadonlySet<Tab>,
): Promise<Tab | undefined> {
  for (const tab of await browser.tabs()) if (!known?.has(tab) && (await tab.url()).startsWith(prefix)) return tab;
  return undefined;
}

/** Waits for the tab or window that opens while `act` runs, and whose URL begins with `prefix`. */
export async function opened(browser: DrivenBrowser, prefix: string, act: () => Promise<unknown>): Promise<Tab> {
  const before = new Set(await browser.tabs());
  await act();
  let found: Tab | undefined;
  const look = async (): Promise<boolean> => {
    found = await tabAt(browser, prefix, before);
    return found !== undefined;
  };
  await inTime(look, `a window at ${prefix}`);
  if (!found) throw new Error('unreachable: it has been found');
  return found;
}

export async function openTab(browser: DrivenBrowser, url: string): Promise<Tab> {
  const tab = await browser.newTab();
  await tab.goto(url);
  return tab;
}

export const showsSignedIn = (tab: Tab, signedIn: boolean): Promise<void> =>
  sees(tab, `html[data-signed-in=${signedIn}]`);

/** Presses “Sign in” in the popup. @returns the provider's window */
export const beginSignIn = (browser: OnDemo, popup: Tab): Promise<Tab> =>
  opened(browser, browser.demo.origins.idp, () => press(popup, 'Sign in'));

/** Presses a site's button. @returns the consent window that it opens */
export async function askedForConsent(browser: DrivenBrowser, site: Tab, button: string): Promise<Tab> {
  await site.toFront();
  return opened(browser, browser.extensionUrl('ui/consent.html'), () => press(site, button));
}

/** Answers the consent window and waits until it closes. */
export async function answerConsent(window: Tab, answer: string): Promise<void> {
  // The window may close before the click completes.
  await press(window, answer).catch(() => undefined);
  await closes(window);
}

/** Types into the provider's form and sends it. Its window may close at once. */
export async function typeCredentials(window: Tab, user: Pick<DemoUser, 'username' | 'password'>): Promise<void> {
  await sees(window, 'input[name=password]');
  await window.type('input[name=username]', user.username);
  await window.type('input[name=password]', user.password);
  await press(window, 'Sign in').catch(() => undefined);
}
