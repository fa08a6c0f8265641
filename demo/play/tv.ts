import type { DemoUser } from '../users.ts';
import { submitCode } from './device.ts';
import { pressArmed } from './person.ts';
import type { Stage } from './stage.ts';
import type { Step } from './step.ts';

/** The person signs in the television with a phone. */
export async function playTv(stage: Stage, step: Step, user: DemoUser): Promise<void> {
  const { origins } = stage.demo;
  const { tv, link } = await step('tv-code', 'The television shows a code and a QR, large', async () => {
    const tv = await stage.openTab(origins.tv);
    await tv.setViewportSize({ width: 1_280, height: 720 });
    await tv.locator('.qr svg').waitFor();
    const code = await tv.locator('.code').innerText();
    return { page: tv, result: { tv, link: `${origins.broker}/device?user_code=${code}` } };
  });

  const phone = await step(
    'tv-phone',
    'The phone that has scanned it asks the person, and is told no more',
    async () => {
      const phone = await stage.openTab(link);
      await phone.setViewportSize({ width: 400, height: 860 });
      await submitCode(phone, origins.idp, user);
      await phone.getByText('Living-room TV').first().waitFor();
      return { page: phone, result: phone };
    },
  );

  await step('tv-orders', '“Allow”: the television goes on by itself, with the person’s orders', async () => {
    await pressArmed(phone, 'Allow');
    await phone.getByText('You’re signed in').waitFor();
    await tv.bringToFront();
    await tv.getByText(user.name).waitFor();
    await tv.getByText('Punched cards').waitFor();
    await phone.close();
    return { page: tv, result: undefined };
  });
  await tv.close();
}
