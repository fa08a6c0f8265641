import { DatabaseSync } from 'node:sqlite';

/**
 * Multiplies what is in a SQLite store: one session and one pending device code, made by the broker itself, become
 * `count` of each, every session with a person of its own. Sealed values are copied and open nowhere; nothing looks at
 * rows that nobody asks for, and that is what is measured.
 */
export function fill(path: string, count: number): void {
  const database = new DatabaseSync(path, { timeout: 10_000 });
  try {
    database.exec('begin immediate');
    multiply(database, 'people', count, { sub: "'person-' || n", idp_sub: "'person-' || n" });
    multiply(database, 'sessions', count, { id: "'session-' || n", sub: "'person-' || n", sid: "'sid-' || n" });
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
