import { expect, it } from 'vitest';
import { createReplayGuard } from './replay.ts';

it('knows what was used for at least the window', () => {
  let now = 0;
  const guard = createReplayGuard({ now: () => now, windowMs: 100, capacity: 10 });
  now = 99;
  expect(guard.use('a', 0, 'ada')).toBe(true);
  now = 150;
  expect(guard.use('b', 0, 'ada')).toBe(true);
  now = 199;
  expect(guard.use('a', 0, 'ada')).toBe(false);
  now = 1_000;
  expect(guard.use('a', 0, 'ada')).toBe(true);
});

it('holds no more than twice its capacity, and forgets the oldest first', () => {
  const guard = createReplayGuard({ now: () => 0, windowMs: 100, capacity: 2 });
  for (const id of ['a', 'b', 'c', 'd', 'e']) expect(guard.use(id, 0, id)).toBe(true);
  expect(guard.use('e', 0, 'e')).toBe(false);
  expect(guard.use('c', 0, 'c')).toBe(false);
  expect(guard.use('a', 0, 'a')).toBe(true);
});

it('forgets nobody else’s for one who floods it with valid proofs', () => {
  const guard = createReplayGuard({ now: () => 0, windowMs: 100, capacity: 1_000 });
  const people = Array.from({ length: 100 }, (_, n) => `person-${n}`);
  for (const person of people) expect(guard.use(`proof of ${person}`, 0, person)).toBe(true);
  for (let n = 0; n < 10_000; n += 1) expect(guard.use(`flood-${n}`, 0, `flooder-${n % 5}`)).toBe(true);
  for (const person of people) expect(guard.use(`proof of ${person}`, 0, person)).toBe(false);
});
