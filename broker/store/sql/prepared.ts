import type { Compilable, CompiledQuery } from 'kysely';
import type { Db } from './schema.ts';

/** Stands in for a value that is bound later. */
class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** Like {@link preparedRows}, but resolves to the first row. */
export function prepared<Values extends Record<string, string | number>, Row>(
  build: (db: Db, parameters: Values) => Compilable<Row>,
): (db: Db, values: Values) => Promise<Row | undefined> {
  const rows = preparedRows(build);
  return async (db, values) => (await rows(db, values))[0];
}

/**
 * Compiles a query on first use and caches the SQL. On hot paths, building a query takes several times longer than
 * running it.
 *
 * @param build builds the query; runs only once, so it may pass its parameters on as values but must not inspect them
 * @returns a function that runs the query and resolves to its rows
 */
export function preparedRows<Values extends Record<string, string | number>, Row>(
  build: (db: Db, parameters: Values) => Compilable<Row>,
): (db: Db, values: Values) => Promise<Row[]> {
  // Each placeholder is typed as the value it stands in for.
  const parameters = new Proxy({}, { get: (_, name) => new Placeholder(String(name)) }) as Values;
  let compiled: CompiledQuery<Row> | undefined;
  return async (db, values) => {
    compiled ??= build(db, parameters).compile();
    const bound = compiled.parameters.map((value) => (value instanceof Placeholder ? values[value.name] : value));
    const { rows } = await db.executeQuery<Row>({ ...compiled, parameters: bound });
    return rows;
  };
}
