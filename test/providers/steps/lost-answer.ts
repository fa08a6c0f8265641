import type { Stack } from '../stack.ts';
import { loadOrders, shopOfAda, tokenExpires, withoutWindow } from './sites.ts';

/** The answer to a refresh is lost on its way. It costs the person nothing. */
export async function lostAnswer(stack: Stack): Promise<void> {
  const shop = await shopOfAda(stack);
  await loadOrders(shop);
  await withoutWindow(stack, async () => {
    await tokenExpires(shop);
    const lost = stack.address.loseNextRefresh();
    await loadOrders(shop);
    await lost;
  });
}
