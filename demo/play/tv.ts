import type { DemoUser } from '../users.ts';
import { submitCode } from './device.ts';
import type { Stage } from './stage.ts';
import type { Step } from './step.ts';
import { openTab, press, shows, textOf } from './tab.ts';

/** The person signs in the television with a phone. */
export async function playTv(stage: Stage, step: Step, user: DemoUser): Promise<void> {
  const { origins } = stage.demo;
  const { tv, link } = await step('tv-code', 'The television shows a code and a QR, large', async () => {
    const tv = await openTab(stage, origins.tv);
    await tv.resize({ width: 1_280, height: 720 });
    await shows(tv, '.qr svg');
    const code = await textOf(tv, '.code');
    return { page: tv, result: { tv, link: `${origins.broker}/device?user_code=${code}` } };
  });

  const phone = await step(
    'tv-phone',
    'The phone that has scanned it asks the person, and is told no more',
    async () => {
      const phone = await openTab(stage, link);
      await phone.resize({ width: 400, height: 860 });
      await submitCode(phone, origins.idp, user);
      await shows(phone, 'body', 'Living-room TV');
      return { page: phone, result: phone };
    },
  );

  await step('tv-orders', '“Allow”: the television goes on by itself, with the person’s orders', async () => {
    await press(phone, 'Allow');
    await shows(phone, 'body', 'You’re signed in');
    await tv.toFront();
    await shows(tv, 'body', user.name);
    await shows(tv, 'body', 'Punched cards');
    await phone.close();
    return { page: tv, result: undefined };
  });
  await tv.close();
}
