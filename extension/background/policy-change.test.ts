import { expect, it } from 'vitest';
import { createBackground } from '../../test/extension/background.ts';
import { grace } from '../../test/extension/fake-broker.ts';

it('a policy that changes under a background that never sleeps voids what pages hold', async () => {
  const policy: Record<string, unknown> = {};
  const { clock, signIn, profiles, events, broadcasts } = createBackground({}, policy);
  await signIn.run();
  const epoch = await events.epoch();
  policy.denied_sites = ['https://shop.test'];
  clock.ms += 60_000;
  // The alarm does the same.
  await profiles.all();
  await expect.poll(() => events.epoch()).not.toBe(epoch);
  expect(broadcasts.at(-1)).toMatchObject(
    await events.current('https://shop.test').then(({ epoch }) => ({ ev: 'access', epoch })),
  );
});

it('a policy that allows one account from now on hides the others', async () => {
  const policy: Record<string, unknown> = {};
  const { broker, clock, signIn, profiles } = createBackground({}, policy);
  await signIn.run();
  broker.account = grace;
  await profiles.add();
  expect(await profiles.all()).toHaveLength(2);
  policy.accounts = 'one';
  clock.ms += 60_000;
  expect(await profiles.all()).toHaveLength(1);
});

it('a policy that changed while the background was stopped voids what pages hold, too', async () => {
  const before = createBackground();
  await before.signIn.run();
  const epoch = await before.events.epoch();
  const woken = createBackground(before, { denied_sites: ['https://shop.test'] });
  woken.policyChanged();
  await expect.poll(() => woken.events.epoch()).not.toBe(epoch);
});
