import { setTimeout as sleep } from 'node:timers/promises';
import { pressForAnswer } from '../../e2e/kit/chromium/site-page.ts';
import type { Stack } from '../stack.ts';
import { ada, answeringWindows } from './at-provider.ts';
import { loadOrders, shopOfAda } from './sites.ts';

/** Nobody uses a site until the refresh token has expired. The next click signs in again, and finds everything as it was. */
export async function longIdle(stack: Stack): Promise<void> {
  const { provider, address } = stack;
  const shop = await shopOfAda(stack);
  await loadOrders(shop);
  await sleep((provider.refreshTokenMs ?? 0) + 2_000);
  const { length } = address.tokenRequests;
  const { status } = await answeringWindows(stack, ada, () => pressForAnswer(shop, 'Load orders'));
  if (status !== 200) throw new Error(`the API has answered ${status}`);
  const said = address.tokenRequests.slice(length).map((one) => `${one.grantType} ${one.status}`);
  if (said[0] !== 'refresh_token 400') throw new Error(`the provider has answered: ${said.join(', ') || 'nothing'}`);
}
