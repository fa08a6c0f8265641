import { expect, it } from 'vitest';
import { budgets, judge } from './sizes.ts';

const limit = budgets.page ?? 0;

it('prints a module within its budget, and one that has none', () => {
  expect(judge('page', limit)).toEqual({ line: `page         ${limit} bytes of 2500 (gzip)` });
  expect(judge('api', 9_000)).toEqual({ line: 'api          9000 bytes (gzip)' });
});

it('says what to do about one that is over it', () => {
  expect(judge('page', limit + 1).fault).toMatch(/page\.js is 1 bytes over .*import\(\).*clients\/build\/sizes\.ts/);
});
