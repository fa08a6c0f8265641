import * as v from 'valibot';
import { beforeEach, expect, it } from 'vitest';
import { memoryArea } from '../../../test/extension/memory.ts';
import { storedValue } from '../../platform/stored-value.ts';
import { createAskingDevice } from './asking-device.ts';

let clock: number;
let changes: number;
let timers: (() => void)[];
let until: ReturnType<typeof storedValue<number>>;

beforeEach(() => {
  [clock, changes, timers] = [1_000, 0, []];
  until = storedValue(memoryArea(), 'asking', v.number());
});
const started = () =>
  createAskingDevice({
    until,
    changed() {
      changes += 1;
    },
    after() {
      const { promise, resolve } = Promise.withResolvers<void>();
      timers.push(resolve);
      return { elapsed: promise, cancel: () => undefined };
    },
    now: () => clock,
  });

it('a device that is announced asks until it is decided, also when the background was stopped in between', async () => {
  expect(await started().isThere()).toBe(false);
  await started().announced();
  const again = started();
  expect(await again.isThere()).toBe(true);
  await again.told(false);
  expect([await again.isThere(), changes]).toEqual([false, 2]);
});

it('a device that nobody announced is there once the popup was told', async () => {
  const asking = started();
  await asking.told(true);
  expect([await asking.isThere(), changes]).toEqual([true, 1]);
});

it('what the popup is told again changes nothing, but each announcement does', async () => {
  const asking = started();
  await asking.told(false);
  expect(changes).toBe(0);
  await asking.announced();
  const first = await until.get();
  clock += 1;
  await asking.told(true);
  expect([await until.get(), changes]).toEqual([first, 1]);
  await asking.announced();
  expect(await until.get()).not.toBe(first);
  expect(changes).toBe(2);
});

it('is gone when its code has expired, and the icon hears of it', async () => {
  const asking = started();
  await asking.announced();
  clock += 600_000;
  for (const elapse of timers) elapse();
  await expect.poll(() => changes).toBe(2);
  expect(await asking.isThere()).toBe(false);
});
