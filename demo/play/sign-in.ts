import type { Page } from 'playwright';
import type { DemoUser } from '../users.ts';
import { beginSignIn, typeCredentials } from './person.ts';
import type { Stage } from './stage.ts';
import type { Step } from './step.ts';

/** The person signs in once, through the popup, in a window of the identity provider. */
export async function playSignIn(stage: Stage, step: Step, user: DemoUser): Promise<Page> {
  const popup = await step('signed-out', 'The popup says that nobody is signed in', async () => {
    const page = await stage.openExtensionPage('ui/popup.html');
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    return { page, result: page };
  });

  const window = await step(
    'provider',
    '“Sign in” opens the identity provider, which refuses a wrong password',
    async () => {
      const page = await beginSignIn(stage, popup);
      await typeCredentials(page, { ...user, password: 'not-it' });
      await page.getByRole('alert').getByText('Wrong username or password').waitFor();
      return { page, result: page };
    },
  );

  await step('signed-in', 'The right password signs in: the popup has name and sites', async () => {
    await Promise.all([window.waitForEvent('close'), typeCredentials(window, user)]);
    await popup.getByRole('heading', { name: user.name }).waitFor();
    await forgetConsents(popup);
    return { page: popup, result: undefined };
  });
  return popup;
}

/** Removes consents that the broker has kept from an earlier tour. */
async function forgetConsents(popup: Page): Promise<void> {
  const disconnect = popup.getByRole('button', { name: /^disconnect /i });
  for (const button of await disconnect.all()) await button.click();
  await disconnect.first().waitFor({ state: 'detached' });
}
