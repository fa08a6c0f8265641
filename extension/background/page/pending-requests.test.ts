import { expect, it } from 'vitest';
import { createPendingRequests } from './pending-requests.ts';

it('ends no work that began under the ID of canceled work', async () => {
  const timers: (() => void)[] = [];
  const after = () => {
    const { promise: elapsed, resolve } = Promise.withResolvers<void>();
    timers.push(resolve);
    return { elapsed, cancel: () => undefined };
  };
  const requests = createPendingRequests<string>({ now: () => 0, after });
  const first = Promise.withResolvers<string>();
  const second = Promise.withResolvers<string>();
  const canceled = requests.start('document', 'id', 60_000, () => first.promise);
  requests.cancel('document', 'id');
  const pending = requests.start('document', 'id', 60_000, () => second.promise);
  first.resolve('first');
  expect(await canceled).toEqual({ done: true, result: 'first' });
  timers[1]?.();
  expect(await pending).toEqual({ done: false });
  second.resolve('second');
  expect(await requests.poll('document', 'id')).toEqual({ done: true, result: 'second' });
});
