import { expect, it } from 'vitest';
import { median, spread } from './stats.ts';

it('finds the middle of an odd and of an even count', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([10, 1, 2, 4])).toBe(3);
  expect(() => median([])).toThrow(RangeError);
});

it('keeps the extremes beside it', () => {
  expect(spread([3, 1, 8])).toEqual({ median: 3, min: 1, max: 8 });
});
