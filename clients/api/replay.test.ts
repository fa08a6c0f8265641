import { expect, it } from 'vitest';
import { createReplayGuard } from './replay.ts';

it('knows what was used for at least the window', () => {
  let now = 0;
  const guard = createReplayGuard({ now: () => now, windowMs: 100, capacity: 10 });
  now = 99;
  expect(guard.use('a', 0)).toBe(true);
  now = 150;
  expect(guard.use('b', 0)).toBe(true);
  now = 199;
  expect(guard.use('a', 0)).toBe(false);
  now = 1_000;
  expect(guard.use('a', 0)).toBe(true);
});

it('holds no more than twice its capacity, and forgets the oldest first', () => {
  const guard = createReplayGuard({ now: () => 0, windowMs: 100, capacity: 2 });
  for (const id of ['a', 'b', 'c', 'd', 'e']) expect(guard.use(id, 0)).toBe(true);
  expect(guard.use('e', 0)).toBe(false);
  expect(guard.use('c', 0)).toBe(false);
  expect(guard.use('a', 0)).toBe(true);
});
