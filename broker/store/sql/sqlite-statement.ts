import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { CompiledQuery } from 'kysely';
import { portable } from './parameters.ts';
import { primaryCode, storeErrorOf } from './sqlite-errors.ts';

const busy = 5;

/**
 * Prepares a statement of a hot path: a read, or a write that does not wait for the disk.
 *
 * @param options `isQuick` as `SqlDatabase.quick`
 * @returns runs the statement at once; or returns `undefined`, having done nothing, if a transaction is open on the
 *   connection or another process holds the file. Then it has to wait for its turn, as every other statement does
 */
export function sqliteStatement<Row>(
  database: DatabaseSync,
  { sql }: CompiledQuery<Row>,
  { isQuick }: { isQuick: boolean },
): (parameters: readonly unknown[]) => Row[] | undefined {
  let prepared: StatementSync | undefined;
  let names: string[] = [];

  function prepare(): StatementSync {
    const statement = database.prepare(sql);
    statement.setReturnArrays(true);
    names = namesOf(statement);
    return statement;
  }

  function run(statement: StatementSync, parameters: readonly unknown[]): unknown[][] {
    const values = portable(parameters) as SQLInputValue[];
    if (!isQuick) return statement.all(...values) as unknown as unknown[][];
    // In WAL mode this skips the wait for the disk. The next commit that waits also flushes this one.
    database.exec('pragma synchronous = normal');
    try {
      return statement.all(...values) as unknown as unknown[][];
    } finally {
      database.exec('pragma synchronous = full');
    }
  }

  return (parameters) => {
    if (database.isTransaction) return undefined;
    try {
      prepared ??= prepare();
      const rows = run(prepared, parameters);
      // Another process has migrated the database, so SQLite has prepared the statement again.
      if (rows[0] && rows[0].length !== names.length) names = namesOf(prepared);
      return rows.map((row) => objectOf(names, row) as Row);
    } catch (error) {
      if (primaryCode(error) === busy) return undefined;
      throw storeErrorOf(error);
    }
  };
}

/** As Kysely's CamelCasePlugin names them. */
const namesOf = (statement: StatementSync): string[] =>
  statement.columns().map(({ name }) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()));

function objectOf(names: readonly string[], row: readonly unknown[]): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (let index = 0; index < names.length; index += 1) object[names[index] as string] = row[index];
  return object;
}
