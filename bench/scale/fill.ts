import { DatabaseSync } from 'node:sqlite';
import { sessionRowId } from '../../broker/session/cookie.ts';

/** The id in the cookie of the filled store's session `n`, from 1; its secret is that of the session it was made from. */
export const filledSessionId = (n: number): string => `filled${n.toString().padStart(16, '0')}`;

/**
 * Multiplies what is in a SQLite store: one session and one pending device code, made by the broker itself, become
 * `count` of each, every session with a person of its own. Their ids are hashes, so neighbours lie on pages far apart.
 * Sealed values are copied and open nowhere; while what the provider said is fresh, nobody opens them.
 */
export function fill(path: string, count: number): void {
  const database = new DatabaseSync(path, { timeout: 10_000 });
  const rowId = (n: unknown) => sessionRowId({ id: filledSessionId(Number(n)), secret: Buffer.alloc(0) });
  database.function('session_row_id', { deterministic: true }, rowId);
  try {
    database.exec('begin immediate');
    multiply(database, 'people', count, { sub: "'person-' || n", idp_sub: "'person-' || n" });
    multiply(database, 'sessions', count, { id: 'session_row_id(n)', sub: "'person-' || n", sid: "'sid-' || n" });
    multiply(database, 'device_grants', count, {
      device_code_hash: "'device-' || n",
      user_code_hash: "'user-' || n",
      // They would be collected while it is measured.
      expires_at: 'expires_at + 86400000',
    });
    database.exec('commit');
  } finally {
    database.close();
  }
}

function multiply(database: DatabaseSync, table: string, count: number, changed: Record<string, string>): void {
  const columns = database
    .prepare('select name from pragma_table_info(?)')
    .all(table)
    .map(({ name }) => String(name));
  const values = columns.map((column) => changed[column] ?? `"${column}"`);
  const names = columns.map((column) => `"${column}"`).join(', ');
  database.exec(
    `with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${count}),
      template as (select * from ${table} limit 1)
     insert into ${table} (${names}) select ${values.join(', ')} from template, numbers`,
  );
}
