import { toJsonSchema } from '@valibot/to-json-schema';
import { configSchema } from './schema.ts';

/** JSON Schema of the configuration for editors, generated from the schema the broker validates with. */
export function configJsonSchema(): Record<string, unknown> {
  // Rules that JSON Schema can't express (such as requiring https: URLs) are checked only by the broker.
  const schema = toJsonSchema(configSchema, { typeMode: 'input', errorMode: 'ignore' });
  return { ...schema, title: 'latchkey.yaml' };
}
