import type { Tab } from '../browser/driven.ts';
import type { DemoUser } from '../users.ts';
import type { Stage } from './stage.ts';
import type { Step } from './step.ts';
import { beginSignIn, closes, press, shows, typeCredentials, until } from './tab.ts';

const popupSize = { width: 360, height: 540 };

/** The person signs in once, through the popup, in a window of the identity provider. */
export async function playSignIn(stage: Stage, step: Step, user: DemoUser): Promise<Tab> {
  const popup = await step('signed-out', 'The popup says that nobody is signed in', async () => {
    const page = await stage.openExtensionPage('ui/popup.html');
    await page.resize(popupSize);
    await shows(page, 'h1', 'You’re signed out');
    return { page, result: page };
  });

  const window = await step(
    'provider',
    '“Sign in” opens the identity provider, which refuses a wrong password',
    async () => {
      const page = await beginSignIn(stage, popup);
      await typeCredentials(page, { ...user, password: 'not-it' });
      await shows(page, '[role=alert]', 'Wrong username or password');
      return { page, result: page };
    },
  );

  await step('signed-in', 'The right password signs in: the popup has name and sites', async () => {
    await typeCredentials(window, user);
    await closes(window);
    await shows(popup, 'h1', user.name);
    await forgetConsents(popup);
    return { page: popup, result: undefined };
  });
  return popup;
}

/** The name of the first button that removes a site’s access. */
const removeButton =
  '([...document.querySelectorAll("button")].map((e) => e.ariaLabel).find((e) => /^remove access for /i.test(e)) ?? null)';

/** Removes consents that the broker has kept from an earlier tour. */
async function forgetConsents(popup: Tab): Promise<void> {
  for (;;) {
    const name = await popup.evaluate<string | null>(removeButton);
    if (name === null) return;
    await press(popup, name);
    await until(popup, `${removeButton} !== ${JSON.stringify(name)}`);
  }
}
