import { expect, it } from 'vitest';
import { beginDevice, brokerWithProvider } from '../../test/broker/honest.ts';
import { type Budget, budgets, limitOf } from './budgets.ts';

it('counts against as many times the budget as the configuration says', async () => {
  const broker = await brokerWithProvider('rate_limit_factor: 2');
  const statuses: number[] = [];
  for (let asked = 0; asked < 61; asked += 1) statuses.push((await beginDevice(broker)).status);
  expect(statuses.indexOf(429)).toBe(60);
  await broker.close();
});

it('counts against what the configuration says after a reload', async () => {
  const broker = await brokerWithProvider('rate_limit_factor: 0.1');
  const passed = async () => {
    let count = 0;
    while ((await beginDevice(broker)).status === 200) count += 1;
    return count;
  };
  expect(await passed()).toBe(3);
  broker.change({ rateLimitFactor: 0.5 });
  // The three requests count, and so does the rejected one.
  expect(await passed()).toBe(15 - 3 - 1);
  broker.clock.now += budgets.deviceAuthorization.windowMs;
  broker.change({ rateLimitFactor: 0.2 });
  expect(await passed()).toBe(6);
  await broker.close();
});

it('closes no endpoint, however small it is', () => {
  const all = Object.values(budgets).flatMap((budget): Budget[] =>
    'name' in budget ? [budget] : Object.values(budget),
  );
  expect(all.length).toBeGreaterThan(10);
  for (const budget of all) expect(limitOf(budget, 0.01)).toBeGreaterThanOrEqual(1);
});
