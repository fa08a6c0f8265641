import { expect, it } from 'vitest';
import { oneAtATime } from './one-at-a-time.ts';

/** Work that ends when the test resolves it. */
function work() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const state = { began: false };
  const run = () => {
    state.began = true;
    return promise;
  };
  return { run, state, resolve, reject };
}
const settle = () => new Promise((resolve) => setImmediate(resolve));

it('runs one piece of work after the other, in the order of the calls', async () => {
  const slowly = oneAtATime({ waiting: 2 });
  const [first, second] = [work(), work()];
  const results = [slowly(first.run), slowly(second.run)];
  await settle();
  expect([first.state.began, second.state.began]).toEqual([true, false]);
  first.resolve('first');
  await settle();
  expect(second.state.began).toBe(true);
  second.resolve('second');
  expect(await Promise.all(results)).toEqual(['first', 'second']);
});

it('refuses what would wait too long, and takes more as soon as there is room', async () => {
  const slowly = oneAtATime({ waiting: 1 });
  const [running, waiting, next] = [work(), work(), work()];
  const results = [slowly(running.run), slowly(waiting.run)];
  await expect(slowly(next.run)).rejects.toMatchObject({
    code: 'temporarily_unavailable',
    status: 503,
    headers: { 'Retry-After': '1' },
  });
  running.resolve('');
  await results[0];
  results.push(slowly(next.run));
  waiting.resolve('');
  next.resolve('');
  await Promise.all(results);
});

it('goes on after work that fails', async () => {
  const slowly = oneAtATime({ waiting: 1 });
  const failing = slowly(() => Promise.reject(new Error('no memory')));
  const after = slowly(() => Promise.resolve('after'));
  await expect(failing).rejects.toThrow('no memory');
  expect(await after).toBe('after');
});
