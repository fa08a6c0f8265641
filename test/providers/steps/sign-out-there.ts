import { showsSignedIn } from '../../e2e/kit/chromium/site-page.ts';
import type { Stack } from '../stack.ts';
import { shopOfAda } from './sites.ts';

/** The person signs out at the provider. It tells the broker, and the open tab notices without being asked. */
export async function signOutThere(stack: Stack): Promise<void> {
  const shop = await shopOfAda(stack);
  const page = await stack.stage.context.newPage();
  await stack.provider.signOutThere(page);
  await page.close();
  await showsSignedIn(shop, false);
}
