import { answerConsent, askedForConsent } from '../../e2e/kit/chromium/person.ts';
import type { Stack } from '../stack.ts';
import { ada, answerAll } from './at-provider.ts';
import { shopOfAda } from './sites.ts';

/** An API wants a second factor for one call (RFC 9470). The provider asks for it alone, and the call is repeated. */
export async function stepUp(stack: Stack): Promise<void> {
  const { stage, provider, origins } = stack;
  const shop = await shopOfAda(stack);
  await answerConsent(await askedForConsent(stage, shop, 'Place an order'), 'Allow');
  await shop.locator('#answer', { hasText: 'Brass gear wheel' }).waitFor();
  const isCancel =
    (status: number) => (response: { url(): string; status(): number; request(): { method(): string } }) =>
      response.url() === `${origins.api}/orders` &&
      response.request().method() === 'DELETE' &&
      response.status() === status;
  const refused = shop.waitForResponse(isCancel(401));
  const accepted = shop.waitForResponse(isCancel(200), { timeout: 120_000 });
  accepted.catch(() => undefined);
  const press = () => shop.getByRole('button', { name: 'Cancel all orders' }).click();
  const [window] = await Promise.all([stage.context.waitForEvent('page', { timeout: 60_000 }), press(), refused]);
  const closed = window.waitForEvent('close', { timeout: 120_000 });
  closed.catch(() => undefined);
  await provider.secondFactor(window, ada);
  // What else it asks, such as consent.
  await answerAll(stack, window, ada, closed);
  await accepted;
}
