import type { Page } from 'playwright';
import { showsSignedIn } from './site-page.ts';
import type { OpenSites } from './sites.ts';
import type { Step } from './step.ts';

/** One click in the popup signs out everywhere. */
export async function playSignOut(step: Step, popup: Page, { shop, notes }: OpenSites): Promise<void> {
  await step('sign-out', '“Sign out” in the popup', async () => {
    await popup.bringToFront();
    await popup.getByRole('button', { name: 'Sign out', exact: true }).click();
    await popup.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    return { page: popup, result: undefined };
  });
  for (const [name, page] of Object.entries({ shop, notes })) {
    await step(`${name}-signed-out`, `The open tab of ${name} has noticed`, async () => {
      await showsSignedIn(page, false);
      return { page, result: undefined };
    });
  }
}
