import type { Compilable, CompiledQuery } from 'kysely';
import type { SqlDatabase } from './database.ts';
import type { Db } from './schema.ts';

/** Stands in for a value that is bound later. */
class Placeholder {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

type Values = Record<string, string | number>;

interface Options {
  /** As `SqlDatabase.quick`. Default: no. */
  isQuick?: boolean;
}

/** Like {@link preparedRows}, but resolves to the first row. */
export function prepared<V extends Values, Row>(
  database: SqlDatabase,
  build: (db: Db, parameters: V) => Compilable<Row>,
  options?: Options,
): (values: V) => Promise<Row | undefined> {
  const rows = preparedRows(database, build, options);
  return async (values) => (await rows(values))[0];
}

/**
 * Compiles a query on first use and runs it outside of transactions. On hot paths, building a query takes several times
 * longer than running it, and so does the way through Kysely.
 *
 * @param build builds the query; runs only once, so it may pass its parameters on as values but must not inspect them
 * @returns a function that runs the query and resolves to its rows
 */
export function preparedRows<V extends Values, Row>(
  database: SqlDatabase,
  build: (db: Db, parameters: V) => Compilable<Row>,
  { isQuick = false }: Options = {},
): (values: V) => Promise<Row[]> {
  // Each placeholder is typed as the value it stands in for.
  const parameters = new Proxy({}, { get: (_, name) => new Placeholder(String(name)) }) as V;
  let statement: ((values: V) => Promise<Row[]>) | undefined;

  function compile(): (values: V) => Promise<Row[]> {
    const compiled: CompiledQuery<Row> = build(database.db, parameters).compile();
    const run = database.statement(compiled, { isQuick });
    return (values) =>
      run(compiled.parameters.map((value) => (value instanceof Placeholder ? values[value.name] : value)));
  }

  return (values) => {
    statement ??= compile();
    return statement(values);
  };
}
