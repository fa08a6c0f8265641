import type { Stack } from '../stack.ts';
import { loadOrders, shopOfAda } from './sites.ts';

/** A site that only a group may use gets a token after the person has consented, and the API accepts it. */
export async function token(stack: Stack): Promise<void> {
  const { azp, groups = [] } = await loadOrders(await shopOfAda(stack));
  if (azp !== stack.origins.shop) throw new Error(`the token is for ${azp}`);
  if (!Array.isArray(groups) || !groups.includes(`${stack.name}:staff`))
    throw new Error(`the token has the groups ${JSON.stringify(groups)}, without staff`);
}
