import { showsSignedIn } from '../../e2e/kit/chromium/site-page.ts';
import type { Stack } from '../stack.ts';
import { ada, signInByPopup } from './at-provider.ts';
import { openPopup, tabOf } from './sites.ts';

/** The person signs out in the popup, then at the provider through its link. The next sign-in asks for a password. */
export async function signOutHere(stack: Stack): Promise<void> {
  const { stage, origins, provider } = stack;
  const notes = await tabOf(stack, origins.notes);
  await showsSignedIn(notes, true);
  const popup = await openPopup(stack);
  await popup.getByRole('button', { name: 'Sign out', exact: true }).click();
  await popup.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  await showsSignedIn(notes, false);
  const press = popup.getByRole('button', { name: 'Sign out there too' }).click();
  const [there] = await Promise.all([stage.context.waitForEvent('page'), press]);
  await provider.confirmSignOut(there);
  await there.close();
  const asked = await signInByPopup(stack, popup, ada);
  await popup.close();
  if (!asked) throw new Error('the provider has let the next person in without a password');
}
