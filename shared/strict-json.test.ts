import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hasDuplicateMembers } from './strict-json.ts';

it.each([
  '{"a":1,"a":2}',
  '{"a":1,"\\u0061":2}',
  '{"x":{"b":1,"b":1}}',
  '[{"a":{},"b":[],"a" :1}]',
  '{"\\"":1,"\\"":2}',
])('finds a member that is named twice: %s', (json) => {
  expect(hasDuplicateMembers(json)).toBe(true);
});

it('finds none in what a serializer wrote', () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => !hasDuplicateMembers(JSON.stringify(value))));
});
