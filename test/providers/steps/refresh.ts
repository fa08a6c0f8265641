import type { Stack } from '../stack.ts';
import { loadOrders, shopOfAda, tokenExpires, withoutWindow } from './sites.ts';

/** A token expires in an open tab. The next one needs a refresh at the provider, and nothing of the person. */
export async function refresh(stack: Stack): Promise<void> {
  const shop = await shopOfAda(stack);
  const before = await loadOrders(shop);
  const { length } = stack.address.tokenRequests;
  await withoutWindow(stack, async () => {
    await tokenExpires(shop);
    const after = await loadOrders(shop);
    if (after.jti === before.jti) throw new Error('it is the same token as before');
  });
  const refreshes = stack.address.tokenRequests.slice(length).map(({ grantType, status }) => `${grantType} ${status}`);
  if (refreshes.length === 0 || refreshes.some((one) => one !== 'refresh_token 200'))
    throw new Error(`the provider has answered: ${refreshes.join(', ') || 'nothing'}`);
}
