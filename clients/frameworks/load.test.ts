import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { load } from './load.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('imports a part as soon as its server can be reached again', async () => {
  const part = vi.fn(async () => 'part');
  for (let failures = 0; failures < 3; failures += 1) part.mockRejectedValueOnce(new TypeError('failed to fetch'));
  const loaded = load(part);
  await vi.advanceTimersByTimeAsync(14_999);
  expect(part).toHaveBeenCalledTimes(3);
  await vi.advanceTimersByTimeAsync(1);
  expect(await loaded).toBe('part');
  expect(vi.getTimerCount()).toBe(0);
});
