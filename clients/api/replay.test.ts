import { expect, it } from 'vitest';
import { createReplayGuard } from './replay.ts';

it('knows what was used for at least the window', () => {
  let now = 0;
  const guard = createReplayGuard({ now: () => now, windowMs: 100, capacity: 10 });
  now = 99;
  expect(guard.use('a')).toBe(true);
  now = 150;
  expect(guard.use('b')).toBe(true);
  now = 199;
  expect(guard.use('a')).toBe(false);
  now = 1_000;
  expect(guard.use('a')).toBe(true);
});

it('holds no more than twice its capacity, and forgets the oldest first', () => {
  const guard = createReplayGuard({ now: () => 0, windowMs: 100, capacity: 2 });
  for (const id of ['a', 'b', 'c', 'd', 'e']) expect(guard.use(id)).toBe(true);
  expect(guard.use('e')).toBe(false);
  expect(guard.use('c')).toBe(false);
  expect(guard.use('a')).toBe(true);
});
