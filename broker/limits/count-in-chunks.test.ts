import { beforeEach, describe, expect, it } from 'vitest';
import { createStore } from '../store/open.ts';
import { type Store, StoreUnavailableError } from '../store/store.ts';
import { type ChunkedCounter, createChunkedCounter } from './count-in-chunks.ts';

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

const replica = (factor = 1) =>
  createChunkedCounter({
    store: {
      ...store,
      hit(...args) {
        writes += 1;
        return store.hit(...args);
      },
    },
    now: () => now,
    factor,
  });

async function passed(counter: ChunkedCounter, times: number, who = 'w'): Promise<number> {
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
    expect(await passed(replica(2), 60)).toBe(40);
  });

  it('lets nobody through when the store cannot tell', async () => {
    const count = createChunkedCounter({
      store: { ...store, hit: () => Promise.reject(new StoreUnavailableError('away')) },
      now: () => now,
      factor: 1,
    });
    await expect(count(budget, 'w')).rejects.toBeInstanceOf(StoreUnavailableError);
  });
});
