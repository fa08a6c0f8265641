import type { Stack } from '../stack.ts';
import { ada } from './at-provider.ts';
import { loadOrders, shopOfAda, tokenExpires } from './sites.ts';

/** The person's account is disabled at the provider: no token once the last one has expired, and no new sign-in. */
export async function disabled(stack: Stack): Promise<void> {
  const { stage, provider, address } = stack;
  const shop = await shopOfAda(stack);
  await loadOrders(shop);
  await provider.disable(ada);
  const { length } = address.tokenRequests;
  await tokenExpires(shop);
  const press = shop.getByRole('button', { name: 'Load orders' }).click();
  const [window] = await Promise.all([stage.context.waitForEvent('page', { timeout: 120_000 }), press]);
  await window.locator(provider.signInField).waitFor({ timeout: 120_000 });
  const refused = () => {
    const statuses = address.tokenRequests.slice(length).map(({ status }) => status);
    if (statuses.length === 0 || statuses.includes(200))
      throw new Error(`the provider has answered: ${statuses.join(', ') || 'nothing'}`);
  };
  refused();
  // If the password were accepted, the window would close instead.
  await Promise.all([window.waitForEvent('load'), provider.signIn(window, ada)]);
  await window.locator(provider.signInField).waitFor();
  await window.close();
  await shop.locator('#notice:not([hidden])').waitFor();
  refused();
}
