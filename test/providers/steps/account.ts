import { refreshDevice } from '../../e2e/kit/device-flow.ts';
import type { Stack } from '../stack.ts';
import { ada, throughProvider } from './at-provider.ts';

/** The person sees browser, site and device on `/account`, and ends the device. */
export async function account(stack: Stack): Promise<void> {
  const { stage, origins } = stack;
  if (!stack.device) throw new Error('there is no device, since its sign-in has failed');
  const page = await stage.context.newPage();
  await throughProvider(
    stack,
    page,
    ada,
    () => page.goto(`${origins.broker}/account`),
    () => page.locator('#devices').waitFor({ timeout: 120_000 }),
  );
  for (const fact of [ada.email, 'Shop', 'Command line']) await page.getByText(fact).first().waitFor();
  const end = page.getByRole('button', { name: 'Sign out: Command line', exact: true });
  await end.click();
  await end.waitFor({ state: 'detached' });
  await page.close();
  const { body } = await refreshDevice(origins.broker, 'cli', stack.device.refreshToken);
  if (body.error !== 'invalid_grant') throw new Error(`the device that was ended got ${JSON.stringify(body)}`);
}
