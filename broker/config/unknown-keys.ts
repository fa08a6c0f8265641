import type * as v from 'valibot';
import type { Fault } from './fault.ts';

export const unknownKey = 'is not a known key. Remove it, or fix the spelling';

type Schema = v.GenericSchema<unknown, unknown>;

/**
 * Finds every key unknown to the schema, at every level. The library's own check stops at the first unknown key of an
 * object, but all misspelled keys must be reported together.
 */
export function unknownKeyFaults(schema: Schema, value: unknown, path: readonly string[] = []): Fault[] {
  const inner = unwrap(schema);
  if (typeof value !== 'object' || value === null) return [];
  if (is(inner, 'array')) {
    const { item } = inner as unknown as { item: Schema };
    return Object.entries(value).flatMap(([index, element]) => unknownKeyFaults(item, element, [...path, index]));
  }
  if (is(inner, 'record')) {
    const { value: element } = inner as unknown as { value: Schema };
    return Object.entries(value).flatMap(([key, item]) => unknownKeyFaults(element, item, [...path, key]));
  }
  if (!is(inner, 'strict_object')) return [];
  const { entries } = inner as unknown as { entries: Record<string, Schema> };
  return Object.entries(value).flatMap(([key, item]): Fault[] => {
    const entry = Object.hasOwn(entries, key) ? entries[key] : undefined;
    return entry ? unknownKeyFaults(entry, item, [...path, key]) : [{ path: [...path, key], message: unknownKey }];
  });
}

const is = (schema: Schema, type: string): boolean => schema.type === type;

/** Unwraps `optional` and takes the first item of a pipe, which defines the shape. */
function unwrap(schema: Schema): Schema {
  if ('wrapped' in schema) return unwrap(schema.wrapped as Schema);
  return 'pipe' in schema ? unwrapPipe(schema) : schema;
}

function unwrapPipe(schema: Schema): Schema {
  const [first] = (schema as unknown as { pipe: Schema[] }).pipe;
  return first === undefined || first === schema ? schema : first;
}
