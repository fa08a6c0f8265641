import type { Stack } from '../stack.ts';
import { mallory, signInByPopup } from './at-provider.ts';
import { openPopup } from './sites.ts';

/** A person signs in through the popup. */
export async function signIn(stack: Stack): Promise<void> {
  const popup = await openPopup(stack);
  const asked = await signInByPopup(stack, popup, mallory);
  if (!asked) throw new Error('the provider has let the person in without a password');
  await popup.close();
}
