import { expect, it } from 'vitest';
import { parseOptions, UsageError } from './options.ts';

it('runs the whole suite five times beside one loop for each core', () => {
  expect(parseOptions([], 8)).toEqual({ runs: 5, loops: 8, files: [], help: false });
});

it('takes the number of runs and loops, and test files', () => {
  const files = ['test/e2e/code-field.test.ts'];
  expect(parseOptions(['--runs', '2', '--loops', '0', ...files], 8)).toMatchObject({ runs: 2, loops: 0, files });
});

it.each([
  ['--runs', '0'],
  ['--runs', 'many'],
  ['--loops', '1.5'],
  ['--lops', '1'],
])('refuses %s %s', (...args) => {
  expect(() => parseOptions(args, 8)).toThrow(UsageError);
});
