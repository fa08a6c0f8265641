import { expect, it } from 'vitest';
import { createBackground } from '../../../test/extension/background.ts';
import { api, shop } from '../../../test/extension/fake-broker.ts';

it('access.revoke ends with the access that is left, so that its answer is delivered', async () => {
  const parts = createBackground();
  await parts.signIn.run();
  parts.broker.consents.push({ origin: shop, resource: api, scope: 'orders:read', granted_at: 1 });
  let asked = '';
  const call = {
    sender: { origin: shop, tabId: 7, document: 'D1' },
    activated: false,
    alive: () => true,
    profile: async () => {
      asked = await parts.events.epoch();
      return parts.profiles.at(shop);
    },
  };
  const before = await parts.events.epoch();
  expect(await parts.handlers['access.revoke']({}, call)).toEqual({});
  expect(await parts.events.epoch()).not.toBe(before);
  expect(asked).toBe(await parts.events.epoch());
});
