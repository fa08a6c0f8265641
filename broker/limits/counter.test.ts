import { beforeEach, describe, expect, it } from 'vitest';
import { createStore } from '../store/open.ts';
import { type Store, StoreUnavailableError } from '../store/store.ts';
import { type Counter, createCounter } from './counter.ts';

const budget = { name: 'b', count: 20, chunk: 5, windowMs: 60_000 };

let now: number;
let store: Store;
let writes: number;

beforeEach(async () => {
  now = 1_800_000_000_000;
  writes = 0;
  store = await createStore('sqlite::memory:', { now: () => now });
  await store.migrate();
});

const replica = (config = { rateLimitFactor: 1 }) =>
  createCounter({
    store: {
      ...store,
      hit(...args) {
        writes += 1;
        return store.hit(...args);
      },
    },
    now: () => now,
    config,
  });

async function passed(counter: Counter, times: number, who = 'w'): Promise<number> {
  let count = 0;
  for (let n = 0; n < times; n += 1)
    count += await counter(budget, who)
      .then(() => 1)
      .catch(() => 0);
  return count;
}

describe('a budget', () => {
  it('is one for all replicas, and costs a write a chunk', async () => {
    const [one, two] = [replica(), replica()];
    expect(await passed(one, 10)).toBe(10);
    expect(writes).toBe(2);
    expect((await passed(two, 30)) + 10).toBe(20);
  });

  it('is shared by a crowd that comes at once', async () => {
    const count = replica();
    const results = await Promise.allSettled(Array.from({ length: 30 }, () => count(budget, 'w')));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
    expect(writes).toBe(5);
  });

  it('says when it is whole again, and is then', async () => {
    const count = replica();
    await passed(count, 20);
    now += 10_000;
    await expect(count(budget, 'w')).rejects.toMatchObject({
      code: 'too_many_requests',
      status: 429,
      headers: { 'Retry-After': '50' },
    });
    now += 50_000;
    expect(await passed(count, 30)).toBe(20);
  });

  it('is one for each', async () => {
    const count = replica();
    expect(await passed(count, 30, 'a')).toBe(20);
    expect(await passed(count, 30, 'b')).toBe(20);
  });

  it('grows with the configured factor', async () => {
    expect(await passed(replica({ rateLimitFactor: 2 }), 60)).toBe(40);
  });

  it('follows the factor as soon as the configuration is reloaded, in the same window too', async () => {
    const config = { rateLimitFactor: 1 };
    const count = replica(config);
    expect(await passed(count, 30)).toBe(20);
    config.rateLimitFactor = 2;
    // A chunk was requested but not granted.
    expect(await passed(count, 30)).toBe(15);
    config.rateLimitFactor = 0.5;
    expect(await passed(count, 30, 'other')).toBe(10);
  });

  it.each([
    [0.01, 1],
    [0.1, 2],
    [0.35, 7],
    [1.15, 23],
  ])('with a factor of %d lets %d through, however large its chunks', async (rateLimitFactor, limit) => {
    expect(await passed(replica({ rateLimitFactor }), 40)).toBe(limit);
  });

  it('is exact across replicas without chunks', async () => {
    const [one, two] = [replica(), replica()];
    const exact = { name: 'e', count: 20, windowMs: 60_000 };
    const results = await Promise.allSettled(Array.from({ length: 30 }, (_, n) => (n % 2 ? one : two)(exact, 'w')));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
  });

  it('that is used up costs a flood no further writes', async () => {
    const count = replica();
    await passed(count, 21);
    writes = 0;
    expect(await passed(count, 100)).toBe(0);
    expect(writes).toBe(0);
  });

  it('has room again for what is taken back, in the same window only', async () => {
    const count = replica();
    const exact = { name: 'e', count: 2, windowMs: 60_000 };
    const [takeBack] = [await count(exact, 'w'), await count(exact, 'w')];
    await expect(count(exact, 'w')).rejects.toMatchObject({ code: 'too_many_requests' });
    // The rejected request counts, too.
    await takeBack();
    await takeBack();
    await count(exact, 'w');
    now += 60_000;
    await count(exact, 'w');
    await takeBack();
    await count(exact, 'w');
    await expect(count(exact, 'w')).rejects.toMatchObject({ code: 'too_many_requests' });
  });

  it('against guessing has no factor', async () => {
    const fixed = { ...budget, isFixed: true, of: 'guesses' } as const;
    const count = replica({ rateLimitFactor: 100 });
    for (let n = 0; n < 20; n += 1) await count(fixed, 'w');
    await expect(count(fixed, 'w')).rejects.toThrow('too many guesses');
  });

  it('lets nobody through when the store cannot tell', async () => {
    const count = createCounter({
      store: { ...store, hit: () => Promise.reject(new StoreUnavailableError('away')) },
      now: () => now,
      config: { rateLimitFactor: 1 },
    });
    await expect(count(budget, 'w')).rejects.toBeInstanceOf(StoreUnavailableError);
  });
});
