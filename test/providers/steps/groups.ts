import type { Stack } from '../stack.ts';
import { loadOrders, tabOf } from './sites.ts';

/** A person who is in no group of a site does not get in there, and gets in elsewhere, with the groups in the token. */
export async function groups(stack: Stack): Promise<void> {
  const shop = await tabOf(stack, stack.origins.shop);
  await shop.getByRole('button', { name: 'Connect', exact: true }).click();
  await shop.locator('#notice[data-code=policy_denied]').waitFor();
  await shop.close();
  const notes = await tabOf(stack, stack.origins.notes);
  const { groups } = await loadOrders(notes);
  await notes.close();
  const right = JSON.stringify([`${stack.name}:guests`]);
  if (JSON.stringify(groups) !== right)
    throw new Error(`the token has the groups ${JSON.stringify(groups)}, not ${right}`);
}
