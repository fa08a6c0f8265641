import type { Stack } from '../stack.ts';
import { ada, signInByPopup } from './at-provider.ts';
import { refreshesAtProvider } from './device.ts';
import { openPopup, shopOfAda } from './sites.ts';

/** The person signs out in the browser, which revokes its grant at the provider. The device keeps its own. */
export async function deviceApart(stack: Stack): Promise<void> {
  await shopOfAda(stack);
  const popup = await openPopup(stack);
  await popup.getByRole('button', { name: 'Sign out', exact: true }).click();
  await popup.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  await refreshesAtProvider(stack);
  await signInByPopup(stack, popup, ada);
  await popup.close();
}
