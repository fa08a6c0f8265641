import { toJsonSchema } from '@valibot/to-json-schema';
import { configSchema } from './schema.ts';

/** The configuration's JSON Schema for editors, from the schema that the broker itself checks with. */
export function configJsonSchema(): Record<string, unknown> {
  // What JSON Schema cannot say (that a URL must be https:, say) is left to the broker.
  const schema = toJsonSchema(configSchema, { typeMode: 'input', errorMode: 'ignore' });
  return { ...schema, title: 'latchkey.yaml' };
}
