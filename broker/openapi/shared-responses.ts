import { refTo, type Schema } from './json-schema.ts';

type Responses = Readonly<Record<string, Schema>>;

/**
 * Moves errors that several operations have to the components, so that the document stays small and readers see that
 * they are the same.
 *
 * @param paths Path Items
 * @param named responses that have a name of their own, wherever they are used
 * @returns the same paths with references, and the components that they need
 */
export function shareResponses(
  paths: Readonly<Record<string, Readonly<Record<string, Schema>>>>,
  named: Responses,
): { paths: Record<string, Record<string, Schema>>; responses: Record<string, Schema> } {
  const responses: Record<string, Schema> = {};
  const nameOf = new Map(Object.entries(named).map(([name, response]) => [JSON.stringify(response), name]));
  const uses = new Map<string, number>();
  for (const operation of Object.values(paths).flatMap((item) => Object.values(item))) {
    for (const response of Object.values(operation.responses as Responses)) {
      const text = JSON.stringify(response);
      uses.set(text, (uses.get(text) ?? 0) + 1);
    }
  }

  function shared(operation: Schema, status: string, response: Schema): Schema {
    const text = JSON.stringify(response);
    if (Number(status) < 400 || (!nameOf.has(text) && (uses.get(text) ?? 0) < 2)) return response;
    const name = nameOf.get(text) ?? freeName(`${(operation.tags as string[])[0]}${status}`);
    nameOf.set(text, name);
    responses[name] = response;
    return refTo('responses', name);
  }

  function freeName(wanted: string): string {
    for (let number = 1; ; number += 1) {
      const name = number === 1 ? wanted : `${wanted}-${number}`;
      if (!(name in responses || name in named)) return name;
    }
  }

  const withRefs = mapValues(paths, (item) =>
    mapValues(item, (operation) => ({
      ...operation,
      responses: mapValues(operation.responses as Responses, (response, status) => shared(operation, status, response)),
    })),
  );
  return { paths: withRefs, responses };
}

const mapValues = <In, Out>(record: Readonly<Record<string, In>>, change: (value: In, key: string) => Out) =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
