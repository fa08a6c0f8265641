import { toJsonSchema } from '@valibot/to-json-schema';
import type { GenericSchema, RegexAction } from 'valibot';

/** A JSON Schema (2020-12), as in OpenAPI 3.1. */
export type Schema = Readonly<Record<string, unknown>>;

/**
 * Returns the JSON Schema of what a schema of the broker accepts. Rules that JSON Schema can't express, such as that an
 * origin is exact, are checked only by the broker.
 */
export function schemaOf(schema: GenericSchema): Schema {
  const { $schema: _, ...members } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    typeMode: 'input',
    errorMode: 'ignore',
    // Without its flags, a pattern would refuse what the broker accepts.
    overrideAction: ({ valibotAction: action, jsonSchema }) => {
      if (action.type !== 'regex' || (action as RegexAction<string, undefined>).requirement.flags === '')
        return undefined;
      const { pattern: _, ...others } = jsonSchema;
      return others;
    },
  });
  return members;
}

/** A reference to a part of the document. */
export const refTo = (kind: 'schemas' | 'headers' | 'responses', name: string) => ({
  $ref: `#/components/${kind}/${name}`,
});
