import { expect, it } from 'vitest';
import { figureNames, parseOptions, UsageError } from './options.ts';

it('takes every figure and other products, unless some are named', () => {
  expect(parseOptions([])).toEqual({ only: figureNames, peers: true, format: 'text', help: false });
  expect(parseOptions(['--only', 'tab', '--only', 'token', '--json', '--no-peers'])).toMatchObject({
    only: ['tab', 'token'],
    peers: false,
    format: 'json',
  });
});

it.each([['--only', 'speed'], ['--fast'], ['token'], ['--json', '--markdown']])('refuses %s %s', (...args) => {
  expect(() => parseOptions(args)).toThrow(UsageError);
});
