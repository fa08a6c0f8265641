import { showsSignedIn } from '../../e2e/kit/chromium/site-page.ts';
import type { Stack } from '../stack.ts';
import { ada } from './at-provider.ts';
import { shopOfAda } from './sites.ts';

/** An administrator ends the person's sessions at the provider. The open tab is told by back-channel logout. */
export async function sessionsEnded(stack: Stack): Promise<void> {
  const shop = await shopOfAda(stack);
  await stack.provider.endSessions(ada);
  await showsSignedIn(shop, false);
}
