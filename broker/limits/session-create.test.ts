import { expect, it } from 'vitest';
import { brokerWithProvider, extension } from '../../test/broker/honest.ts';
import { budgets } from './budgets.ts';

it('a sign-in is counted once: an office behind one address has all of its budget', async () => {
  const broker = await brokerWithProvider('');
  const { call, begin } = await extension(broker);
  const early = await begin();
  broker.clock.now += 60_000;
  for (let person = 0; person < budgets.sessionCreate.count; person += 1) {
    const { begun, finish } = await begin();
    expect(begun.status).toBe(200);
    // The request is within the budget, so it reaches the provider, which rejects the code.
    expect((await call('POST', '/session', finish)).body.error).toBe('invalid_grant');
  }
  expect((await begin()).begun.status).toBe(429);
  expect((await call('POST', '/session', early.finish)).status).toBe(429);
  broker.clock.now += 60_000;
  // The budget isn't used up.
  expect((await call('POST', '/session', early.finish)).body.error).toBe('invalid_grant');
  await broker.close();
});
