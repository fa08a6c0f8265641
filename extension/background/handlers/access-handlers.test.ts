import { beforeEach, describe, expect, it } from 'vitest';
import { createBackground } from '../../../test/extension/background.ts';
import { api, shop } from '../../../test/extension/fake-broker.ts';

let parts: ReturnType<typeof createBackground>;
let asked: string;
const call = () => ({
  sender: { origin: shop, tabId: 7, document: 'D1' },
  activated: false,
  trace: 'a-trace',
  takeClick: () => true,
  alive: () => true,
  profile: async () => {
    asked = await parts.events.epoch();
    return parts.profiles.at(shop);
  },
});
const revoke = () => parts.handlers['access.revoke']({}, call());

beforeEach(async () => {
  parts = createBackground();
  await parts.signIn.run();
  parts.broker.consents.push({ origin: shop, resource: api, scope: 'orders:read', granted_at: 1 });
});

describe('access.revoke', () => {
  it('ends with the access that is left, so that its answer is delivered', async () => {
    const before = await parts.events.epoch();
    expect(await revoke()).toEqual({});
    expect(await parts.events.epoch()).not.toBe(before);
    expect(asked).toBe(await parts.events.epoch());
  });

  it('is not heard of by other sites, and keeps none of them from its tokens', async () => {
    const other = 'https://notes.test';
    const [before, epoch] = [await parts.events.current(other), await parts.events.epoch(other)];
    await revoke();
    expect(await parts.events.current(other)).toEqual(before);
    expect(await parts.events.epoch(other)).toBe(epoch);
  });

  it('again and again is not passed on to the broker', async () => {
    for (let times = 0; times < 3; times += 1) await revoke();
    const calls = parts.broker.calls.length;
    await expect(revoke()).rejects.toMatchObject({ code: 'busy', retryAfterMs: 60_000 });
    expect(parts.broker.calls).toHaveLength(calls);
    parts.clock.ms += 60_000;
    expect(await revoke()).toEqual({});
  });
});
