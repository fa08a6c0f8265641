import type { Page } from 'playwright';
import type { DemoUser } from '../../../../demo/users.ts';
import { extensionUrl, type Ground, type Stage } from './stage.ts';

/** Types username and password into the provider's form and submits it. The window may close at once. */
export async function typeCredentials(page: Page, user: Pick<DemoUser, 'username' | 'password'>): Promise<void> {
  await page.fill('input[name=username]', user.username);
  await page.fill('input[name=password]', user.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

/** Presses "Sign in" in the popup and returns the provider's window. */
export const beginSignIn = (stage: Stage<Ground>, popup: Page): Promise<Page> =>
  stage.windowOf(stage.demo.origins.idp, () => popup.getByRole('button', { name: /^sign in/i }).click());

/** Signs in through the popup, from the click until the account's name appears. */
export async function signInByPopup(stage: Stage, popup: Page, user: DemoUser): Promise<void> {
  const window = await beginSignIn(stage, popup);
  await Promise.all([window.waitForEvent('close'), typeCredentials(window, user)]);
  await popup.getByText(user.name).waitFor();
}

/** Presses a button of a site and returns the extension's consent window, which this opens. */
export async function askedForConsent(stage: Stage<Ground>, site: Page, button: string): Promise<Page> {
  const press = () => site.getByRole('button', { name: button }).click();
  const window = await stage.windowOf(extensionUrl('ui/consent.html'), press);
  // A window of a headless browser has the size of its tabs. Give this one the size that people see.
  await window.setViewportSize({ width: 440, height: 620 });
  return window;
}

/** Answers the consent window, which then closes. */
export async function answerConsent(window: Page, answer: 'Allow'): Promise<void> {
  const press = pressArmed(window, answer);
  // The window may close before the click ends.
  await Promise.all([window.waitForEvent('close'), press.catch(() => undefined)]);
}

/** Presses a button that grants something: it works a second after the pointer has entered the window. */
export async function pressArmed(window: Page, name: 'Allow'): Promise<void> {
  const button = window.getByRole('button', { name, exact: true });
  await button.hover();
  await button.click();
}
