import { expect, it } from 'vitest';
import { parseOptions, UsageError } from './options.ts';

it('takes every figure unless some are named', () => {
  expect(parseOptions([])).toEqual({ only: ['token', 'poll', 'tab'], json: false, help: false });
  expect(parseOptions(['--only', 'tab', '--only', 'token', '--json'])).toMatchObject({
    only: ['tab', 'token'],
    json: true,
  });
});

it.each([['--only', 'speed'], ['--fast'], ['token']])('refuses %s %s', (...args) => {
  expect(() => parseOptions(args)).toThrow(UsageError);
});
