import { expect, it } from 'vitest';
import { configJsonSchema } from './json-schema.ts';

it('knows every section of the file and refuses unknown ones, as the broker does', () => {
  const schema = configJsonSchema();
  expect(schema.additionalProperties).toBe(false);
  expect(schema.required).toEqual(['issuer', 'keys_file', 'upstreams', 'resources']);
  expect(Object.keys(schema.properties as object)).toContain('origins');
});
