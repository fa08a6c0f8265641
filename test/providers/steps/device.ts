import { pressArmed } from '../../e2e/kit/chromium/person.ts';
import { beginDevice, pollDevice, refreshDevice } from '../../e2e/kit/device-flow.ts';
import type { Stack } from '../stack.ts';
import { ada, throughProvider } from './at-provider.ts';
import { waitUntil } from './wait-until.ts';

/** A command line signs in by a code, and refreshes by a grant of its own. */
export async function device(stack: Stack): Promise<void> {
  stack.device = await newDevice(stack);
  await usesApi(stack, stack.device.accessToken);
  await refreshesAtProvider(stack);
}

/** Refreshes the device's tokens until the broker has asked the provider, since what it knows of the person is too old. */
export async function refreshesAtProvider(stack: Stack): Promise<void> {
  const { length } = stack.address.tokenRequests;
  await waitUntil('a refresh at the provider', async () => {
    await refreshesDevice(stack);
    return stack.address.tokenRequests.length > length ? true : undefined;
  });
}

async function newDevice(stack: Stack): Promise<{ accessToken: string; refreshToken: string }> {
  const { stage, origins } = stack;
  const begun = await beginDevice(origins.broker, 'cli');
  const page = await stage.openTab(`${origins.broker}/device?user_code=${begun.user_code}`);
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  await throughProvider(
    stack,
    page,
    ada,
    () => button('Continue').click(),
    () => button('Allow').waitFor({ timeout: 120_000 }),
  );
  await page.getByText(ada.name).first().waitFor();
  await throughProvider(
    stack,
    page,
    ada,
    () => pressArmed(page, 'Allow'),
    () => page.getByText('You’re signed in').waitFor({ timeout: 120_000 }),
  );
  await page.close();
  const { status, body } = await pollDevice(origins.broker, 'cli', begun.device_code);
  if (status !== 200) throw new Error(`the device got ${status} ${JSON.stringify(body)}`);
  return { accessToken: body.access_token, refreshToken: body.refresh_token };
}

/** Refreshes the device's tokens once. */
async function refreshesDevice(stack: Stack): Promise<void> {
  if (!stack.device) throw new Error('there is no device, since its sign-in has failed');
  const { status, body } = await refreshDevice(stack.origins.broker, 'cli', stack.device.refreshToken);
  if (status !== 200) throw new Error(`the device’s refresh was answered ${status} ${JSON.stringify(body)}`);
  stack.device = { accessToken: body.access_token, refreshToken: body.refresh_token };
  await usesApi(stack, stack.device.accessToken);
}

async function usesApi({ origins }: Stack, accessToken: string): Promise<void> {
  const answer = await fetch(`${origins.api}/orders`, { headers: { authorization: `Bearer ${accessToken}` } });
  if (!answer.ok) throw new Error(`the API has answered ${answer.status} to the device: ${await answer.text()}`);
}
