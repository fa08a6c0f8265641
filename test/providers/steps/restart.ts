import { showsSignedIn } from '../../e2e/kit/chromium/site-page.ts';
import type { Stack } from '../stack.ts';
import { loadOrders, shopOfAda, tokenExpires, withoutWindow } from './sites.ts';
import { waitUntil } from './wait-until.ts';

/** The provider is away while a token expires, and comes back. Nobody is signed out. */
export async function restart(stack: Stack): Promise<void> {
  const shop = await shopOfAda(stack);
  await loadOrders(shop);
  await withoutWindow(stack, async () => {
    await stack.provider.stop();
    try {
      // At first, the broker goes by what it has last heard of the person.
      await waitUntil('no token any more', async () => {
        await tokenExpires(shop);
        await shop.getByRole('button', { name: 'Load orders' }).click();
        const notice = shop.locator('#notice:not([hidden])').waitFor({ timeout: 5_000 });
        return notice.then(
          () => true,
          () => undefined,
        );
      });
      await showsSignedIn(shop, true);
    } finally {
      await stack.provider.start();
    }
    await loadOrders(shop);
  });
}
