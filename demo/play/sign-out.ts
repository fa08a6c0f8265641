import type { Tab } from '../browser/driven.ts';
import type { OpenSites } from './sites.ts';
import type { Step } from './step.ts';
import { press, shows, showsSignedIn } from './tab.ts';

/** One click in the popup signs out everywhere. */
export async function playSignOut(step: Step, popup: Tab, { shop, notes }: OpenSites): Promise<void> {
  await step('sign-out', '“Sign out” in the popup', async () => {
    await popup.toFront();
    await press(popup, 'Sign out');
    await shows(popup, 'h1', 'You’re signed out');
    return { page: popup, result: undefined };
  });
  for (const [name, page] of Object.entries({ shop, notes })) {
    await step(`${name}-signed-out`, `The open tab of ${name} has noticed`, async () => {
      await showsSignedIn(page, false);
      return { page, result: undefined };
    });
  }
}
