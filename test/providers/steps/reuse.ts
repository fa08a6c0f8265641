import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '../stack.ts';
import { ada, answeringWindows } from './at-provider.ts';
import { loadOrders, shopOfAda, tokenExpires } from './sites.ts';

/**
 * Somebody uses a refresh token again long after the broker. Where tokens rotate, the provider ends the grant, and the person signs
 * in again and finds everything as it was. Elsewhere it is like any refresh.
 */
export async function reuse(stack: Stack): Promise<void> {
  const { address, provider, origins } = stack;
  const { rotates, leewayMs } = provider.rotation;
  const shop = await shopOfAda(stack);
  const old = address.tokenRequests.findLast(
    ({ refreshToken, status }) => refreshToken !== undefined && status === 200,
  );
  if (old?.refreshToken === undefined) throw new Error('the broker has not refreshed');
  await tokenExpires(shop);
  await loadOrders(shop);
  if (rotates) await sleep(leewayMs + 1_000);
  const status = await stack.refreshAtProvider(old);
  if (rotates ? status < 400 : status !== 200)
    throw new Error(`the provider has answered ${status} to a refresh token that was used before`);
  await tokenExpires(shop);
  const { azp } = await answeringWindows(stack, ada, () => loadOrders(shop));
  if (azp !== origins.shop) throw new Error(`the token is for ${azp}`);
}
