import { describe, expect, it } from 'vitest';
import { reachBroker } from './reach.ts';

const broker = 'https://latchkey.test';
const started = Date.UTC(2026, 0, 1, 12, 0, 0);

/** Requests a broker that gives this answer. The local clock is `aheadMs` ahead, and the round trip takes 40 ms. */
const reach = (answer: () => Response, aheadMs = 0) => {
  let ms = started + aheadMs;
  return reachBroker(broker, {
    fetch: async () => {
      ms += 40;
      return answer();
    },
    now: () => ms,
  });
};
const good = (headers: Record<string, string> = { Date: new Date(started).toUTCString() }) =>
  Response.json({ issuer: broker }, { headers });

describe('the way to the broker', () => {
  it.each([0, 3_600_000, -7_200_000])('is timed, and the clock compared (%i ms ahead)', async (aheadMs) => {
    const found = await reach(good, aheadMs);
    expect(found).toMatchObject({ ms: 40 });
    expect(Math.abs((found as { clockMs: number }).clockMs - aheadMs)).toBeLessThan(1_000);
  });

  it('has no clock to compare with where the answer is not dated', async () => {
    expect(await reach(() => good({}))).toEqual({ ms: 40, clockMs: undefined });
  });

  it.each([
    ['another broker', () => Response.json({ issuer: 'https://other.test' })],
    ['a page of a hotel', () => new Response('<h1>Welcome</h1>')],
    ['an error', () => Response.json({ issuer: broker }, { status: 502 })],
  ])('does not end at %s', async (_what, answer) => {
    expect(await reach(answer)).toMatchObject({ error: { code: 'unsupported' } });
  });

  it('may be cut', async () => {
    const lost = () => {
      throw new TypeError('fetch failed');
    };
    expect(await reach(lost)).toMatchObject({ error: { code: 'offline' } });
  });
});
