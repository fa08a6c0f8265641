import { expect, it } from 'vitest';
import { brokerWithProvider } from '../../test/broker/honest.ts';
import { sessionCaller } from '../../test/broker/session-caller.ts';
import { budgets, limitOf } from '../limits/budgets.ts';

it('lists the providers within a budget of the address', async () => {
  const factor = 0.01;
  const broker = await brokerWithProvider(`rate_limit_factor: ${factor}`);
  try {
    const own = await sessionCaller(broker);
    const statuses: number[] = [];
    for (let i = 0; i <= limitOf(budgets.sessionUpstreams, factor); i++)
      statuses.push((await own.call('/session/upstreams', undefined, 'GET')).status);
    expect(new Set(statuses.slice(0, -1))).toEqual(new Set([200]));
    expect(statuses.at(-1)).toBe(429);
  } finally {
    await broker.close();
  }
});
