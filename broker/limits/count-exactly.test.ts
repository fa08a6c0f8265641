import { expect, it } from 'vitest';
import { brokerInProcess } from '../../test/broker/in-process.ts';

it('counts against as many times the budget as the configuration says', async () => {
  const broker = await brokerInProcess('rate_limit_factor: 2\nresources: {}');
  const ask = async () => (await broker.request('/device_authorization', { method: 'POST' })).status;
  const statuses: number[] = [];
  for (let asked = 0; asked < 61; asked += 1) statuses.push(await ask());
  expect(statuses.indexOf(429)).toBe(60);
  await broker.close();
});
