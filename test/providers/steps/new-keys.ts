import type { Stack } from '../stack.ts';
import { ada, signInByPopup } from './at-provider.ts';
import { loadOrders, openPopup, shopOfAda, tokenExpires, withoutWindow } from './sites.ts';

/** The provider signs with a new key: refreshes go on, and a new sign-in is accepted. */
export async function newKeys(stack: Stack): Promise<void> {
  const shop = await shopOfAda(stack);
  await loadOrders(shop);
  await stack.provider.rollKeys();
  await withoutWindow(stack, async () => {
    await tokenExpires(shop);
    await loadOrders(shop);
  });
  const popup = await openPopup(stack);
  await popup.getByRole('button', { name: 'Sign out', exact: true }).click();
  await signInByPopup(stack, popup, ada);
  await popup.close();
  await loadOrders(await shopOfAda(stack));
}
