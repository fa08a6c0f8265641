import { expect, it } from 'vitest';
import { memoryArea } from '../../../test/extension/memory.ts';
import { createTokenCache } from './token-cache.ts';

it('keeps no token that has expired, however many sites and scopes there are', async () => {
  const area = memoryArea();
  await area.set('session', 'something else');
  let clock = 1_000_000;
  const cache = createTokenCache({ area, now: () => clock });
  const token = { access_token: 't', token_type: 'Bearer', expires_in: 300, scope: 'a', resource: 'r' } as const;
  for (let count = 0; count < 50; count += 1) {
    await cache.put({ origin: 'https://shop.test', resource: 'r', scopes: [`s${count}`] }, token, clock);
  }
  expect(await area.keys()).toHaveLength(51);
  clock += 300_000;
  const ask = { origin: 'https://shop.test', resource: 'r', scopes: ['new'] };
  await cache.put(ask, token, clock);
  expect(await area.keys()).toHaveLength(2);
  expect(await cache.get(ask, 0)).toMatchObject({ access_token: 't' });
});
