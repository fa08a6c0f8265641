import { expect, it } from 'vitest';
import { joinOpaqueValues } from './opaque-values.ts';

it.each([
  [
    ['revoke', '--id', '-hp', '--config', 'f'],
    ['revoke', '--id=-hp', '--config', 'f'],
  ],
  [
    ['--sub', '--x', '--json'],
    ['--sub=--x', '--json'],
  ],
  [
    ['--id=abc', '--subject'],
    ['--id=abc', '--subject'],
  ],
  [[], []],
])('%j is read as %j', (argv, expected) => {
  expect(joinOpaqueValues(argv)).toEqual(expected);
});
