import type { Page } from 'playwright';
import type { DemoUser } from '../../../demo/users.ts';
import { userNamed } from '../../e2e/kit/demo.ts';
import type { Stack } from '../stack.ts';

export const ada = userNamed('ada');
export const mallory = userNamed('mallory');

/**
 * Answers what the provider asks, until it asks no more.
 *
 * @param settled resolves when the browser is back
 * @returns whether the provider has asked for the password
 */
export async function answerAll(
  { provider }: Stack,
  page: Page,
  user: DemoUser,
  settled: Promise<unknown>,
): Promise<boolean> {
  const { signInField, consentButton } = provider;
  const shows = async (selector: string) => {
    await page.locator(selector).waitFor({ timeout: 120_000 });
    return selector;
  };
  const back = settled.then(() => undefined);
  let asked = false;
  while (true) {
    const shown = [signInField, ...(consentButton ? [consentButton] : [])].map(shows);
    // A window that closes ends its locators, too.
    const first = await Promise.race([...shown, back].map((one) => one.catch(() => back)));
    if (first === undefined) return asked;
    if (first === signInField) {
      asked = true;
      await provider.signIn(page, user).catch(onlyIfOpen(page));
    } else {
      await page.click(first).catch(onlyIfOpen(page));
    }
    const gone = page.locator(first).waitFor({ state: 'detached' });
    await Promise.race([gone.catch(() => undefined), back]);
  }
}

/** Presses "Sign in" in the popup, and signs in at the provider if it asks. @returns whether it did */
export async function signInByPopup(stack: Stack, popup: Page, user: DemoUser): Promise<boolean> {
  const { context } = stack.stage;
  await popup.bringToFront();
  const opened = context.waitForEvent('page', { timeout: 120_000 });
  opened.catch(() => undefined);
  await popup.getByRole('button', { name: 'Sign in', exact: true }).click();
  const signedIn = popup.getByText(user.name).first().waitFor({ timeout: 120_000 });
  signedIn.catch(() => undefined);
  // A window with nothing to ask may close before it is seen.
  const window = await Promise.race([opened, signedIn.then(() => undefined)]);
  if (!window) return false;
  const closed = window.isClosed() ? Promise.resolve() : window.waitForEvent('close', { timeout: 120_000 });
  closed.catch(() => undefined);
  const asked = await answerAll(stack, window, user, closed);
  await signedIn;
  return asked;
}

/** Runs `act`, and answers the provider in each window that opens meanwhile. */
export async function answeringWindows<T>(stack: Stack, user: DemoUser, act: () => Promise<T>): Promise<T> {
  const { context } = stack.stage;
  const answered: Promise<unknown>[] = [];
  const note = (window: Page) => {
    const closed = window.waitForEvent('close', { timeout: 120_000 });
    answered.push(answerAll(stack, window, user, closed).catch(() => undefined));
  };
  context.on('page', note);
  try {
    return await act();
  } finally {
    context.off('page', note);
    await Promise.all(answered);
  }
}

/** On one of the broker's pages: presses a button that leads to the provider, and comes back. @returns whether it asked */
export async function throughProvider(
  stack: Stack,
  page: Page,
  user: DemoUser,
  press: () => Promise<unknown>,
  back: () => Promise<unknown>,
) {
  await press();
  const returned = back();
  returned.catch(() => undefined);
  return answerAll(stack, page, user, returned);
}

/** A window that closes once it has been answered may close before the click ends. */
const onlyIfOpen = (window: Page) => (error: unknown) => {
  if (!window.isClosed()) throw error;
};
