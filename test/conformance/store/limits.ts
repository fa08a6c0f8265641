import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { countOf, id, parallel, type StoreTest, t0 } from './harness.ts';

export const limits = (it: StoreTest) =>
  describe('replay and rate limits', () => {
    it('remember a key for its life', async ({ store }) => {
      const key = id();
      expect(await store.rememberOnce(key, t0 + 10, t0)).toBe(true);
      expect(await store.rememberOnce(key, t0 + 99, t0 + 9)).toBe(false);
      expect(await store.rememberOnce(key, t0 + 20, t0 + 10)).toBe(true);
      expect(await store.rememberOnce(key, t0 + 30, t0 + 19)).toBe(false);
      expect(await store.rememberOnce(id(), t0 + 10, t0)).toBe(true);
    });

    it('are first for one of 50 at once, also when an old one has expired', async ({ subject, store }) => {
      const key = id();
      await store.rememberOnce(key, t0, t0 - 1);
      const first = await parallel(50, subject.replicas, (replica) => replica.rememberOnce(key, t0 + 10, t0));
      expect(countOf(first, true)).toBe(1);
    });

    it('count in a window that the first hit opens and nothing moves', async ({ store }) => {
      const key = id();
      expect(await store.peek(key, t0)).toBe(0);
      expect(await store.hit(key, 1_000, t0)).toEqual({ count: 1, resetsAt: t0 + 1_000 });
      expect(await store.hit(key, 1_000, t0 + 999)).toEqual({ count: 2, resetsAt: t0 + 1_000 });
      expect(await store.peek(key, t0 + 999)).toBe(2);
      expect(await store.peek(key, t0 + 1_000)).toBe(0);
      expect(await store.hit(key, 1_000, t0 + 1_000)).toEqual({ count: 1, resetsAt: t0 + 2_000 });
      expect(await store.peek(id(), t0)).toBe(0);
    });

    it('take a hit back, from the window that it was in and never below nothing', async ({ store }) => {
      const key = id();
      const { resetsAt } = await store.hit(key, 1_000, t0);
      await store.hit(key, 1_000, t0);
      await store.takeBack(key, resetsAt);
      expect(await store.peek(key, t0)).toBe(1);
      for (let more = 0; more < 3; more += 1) await store.takeBack(key, resetsAt);
      expect(await store.peek(key, t0)).toBe(0);
      await store.hit(key, 1_000, t0 + 1_000);
      await store.takeBack(key, resetsAt);
      expect(await store.peek(key, t0 + 1_000)).toBe(1);
      await store.takeBack(id(), resetsAt);
    });

    it('agree with a plain counter', async ({ store }) => {
      const step = fc.record({ gap: fc.integer({ min: 0, max: 600 }), window: fc.constantFrom(500, 1_000) });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
          const key = id();
          let now = t0;
          let model = { count: 0, resetsAt: 0 };
          for (const { gap, window } of steps) {
            now += gap;
            model = model.resetsAt <= now ? { count: 1, resetsAt: now + window } : { ...model, count: model.count + 1 };
            expect(await store.hit(key, window, now)).toEqual(model);
          }
        }),
        { numRuns: 20 },
      );
    });

    it('count each of 100 hits at once', async ({ subject, store }) => {
      const key = id();
      const hits = await parallel(100, subject.replicas, (replica) => replica.hit(key, 1_000, t0));
      expect(hits.map(({ count }) => count).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 100 }, (_, n) => n + 1),
      );
      expect(await store.peek(key, t0)).toBe(100);
    });
  });
