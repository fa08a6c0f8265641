import type { Compilable, CompiledQuery } from 'kysely';
import type { Db } from './schema.ts';

/** Stands where a value will be. */
class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/**
 * A query whose SQL is made at its first use and kept: on the paths that every request takes, to build a query costs
 * several times what the database needs to run it.
 *
 * @param build makes the query. It runs once, so it can only pass its parameters on as values and not look at them
 * @returns the query's first row
 */
export function prepared<Values extends Record<string, string | number>, Row>(
  build: (db: Db, parameters: Values) => Compilable<Row>,
): (db: Db, values: Values) => Promise<Row | undefined> {
  // For the compiler a placeholder is the value that it stands for.
  const parameters = new Proxy({}, { get: (_, name) => new Placeholder(String(name)) }) as Values;
  let compiled: CompiledQuery<Row> | undefined;
  return async (db, values) => {
    compiled ??= build(db, parameters).compile();
    const bound = compiled.parameters.map((value) => (value instanceof Placeholder ? values[value.name] : value));
    const { rows } = await db.executeQuery<Row>({ ...compiled, parameters: bound });
    return rows[0];
  };
}
