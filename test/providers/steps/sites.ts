import type { JWTPayload } from 'jose';
import type { Page } from 'playwright';
import { answerConsent, askedForConsent } from '../../e2e/kit/chromium/person.ts';
import { pressForAnswer, showsSignedIn } from '../../e2e/kit/chromium/site-page.ts';
import type { Stack } from '../stack.ts';
import { ada, signInByPopup } from './at-provider.ts';
import { waitUntil } from './wait-until.ts';

export const openPopup = ({ stage }: Stack): Promise<Page> => stage.openExtensionPage('ui/popup.html');

/** The open tab of the shop, with a token for Ada. Signs in and connects the shop, if need be. */
export async function shopOfAda(stack: Stack): Promise<Page> {
  const shop = await tabOf(stack, stack.origins.shop);
  await shop.bringToFront();
  await shop.locator('html[data-signed-in]').waitFor();
  if ((await shop.getAttribute('html', 'data-signed-in')) === 'false') {
    const popup = await openPopup(stack);
    await signInByPopup(stack, popup, ada);
    await popup.close();
    await showsSignedIn(shop, true);
  }
  if (await shop.getByText('not connected').isVisible()) {
    await answerConsent(await askedForConsent(stack.stage, shop, 'Connect'), 'Allow');
    await shop.getByText(`Signed in as ${ada.name}`).waitFor();
  }
  return shop;
}

/** The tab of a site, opened if there is none. */
export async function tabOf({ stage }: Stack, origin: string): Promise<Page> {
  return stage.context.pages().find((page) => page.url().startsWith(origin)) ?? stage.openTab(origin);
}

/** Presses "Load orders" until the API accepts the site's token. @returns the token's claims */
export function loadOrders(page: Page): Promise<JWTPayload> {
  return waitUntil('an answer 200 to “Load orders”', async () => {
    const answer = await Promise.race([
      pressForAnswer(page, 'Load orders').catch(() => undefined),
      page.waitForTimeout(5_000).then(() => undefined),
    ]);
    return answer?.status === 200 ? answer.claims : undefined;
  });
}

/** Waits until the token of an open tab has expired. */
export async function tokenExpires(page: Page): Promise<void> {
  await page.bringToFront();
  await page.locator('#expires', { hasText: 'expired' }).waitFor({ timeout: 60_000 });
}

/** Runs `act`, and fails if it opens a window. */
export async function withoutWindow<T>({ stage }: Stack, act: () => Promise<T>): Promise<T> {
  const opened: string[] = [];
  const note = (page: Page) => opened.push(page.url());
  stage.context.on('page', note);
  try {
    const result = await act();
    if (opened.length > 0) throw new Error(`a window was opened: ${opened.join(', ')}`);
    return result;
  } finally {
    stage.context.off('page', note);
  }
}
