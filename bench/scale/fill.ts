import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { sessionRowId } from '../../broker/session/session-secret.ts';

/** The ID in the cookie of session `n` (from 1) in the filled store. Its secret is that of the session it was copied from. */
export const filledSessionId = (n: number): string => `filled${n.toString().padStart(16, '0')}`;

/** A database that is being filled. */
interface Filling {
  columns(table: string): Promise<string[]>;
  run(sql: string): Promise<unknown>;
  /** Does now what the database would otherwise do during the measurement. */
  settle: string[];
  /** SQL for the row ID of session `n`, computed like `sessionRowId`. */
  rowId: string;
  close(): Promise<void>;
}

/**
 * Multiplies the rows of a store: one session and one pending device code, made by the broker itself, become `count` of
 * each. Every session has its own person. The IDs are hashes, so neighbors are on distant pages. Encrypted
 * values are copied and can't be opened, but nothing opens them while the person's data is fresh.
 *
 * @param store the path of a SQLite file, or `postgres://…`
 */
export async function fill(store: string, count: number): Promise<void> {
  const filling = store.startsWith('postgres:') ? await openPostgres(store) : openSqlite(store);
  try {
    await filling.run('begin');
    await multiply(filling, 'people', count, { sub: "'person-' || n", idp_sub: "'person-' || n" });
    await multiply(filling, 'sessions', count, { id: filling.rowId, sub: "'person-' || n", sid: "'sid-' || n" });
    await multiply(filling, 'device_grants', count, {
      device_code_hash: "'device-' || n",
      user_code_hash: "'user-' || n",
      // Expired rows would be collected during the measurement.
      expires_at: 'expires_at + 86400000',
    });
    await filling.run('commit');
    for (const sql of filling.settle) await filling.run(sql);
  } finally {
    await filling.close();
  }
}

async function multiply(filling: Filling, table: string, count: number, changed: Record<string, string>) {
  const columns = await filling.columns(table);
  const values = columns.map((column) => changed[column] ?? `"${column}"`);
  const names = columns.map((column) => `"${column}"`).join(', ');
  await filling.run(
    `insert into ${table} (${names})
     with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${count}),
       template as (select * from ${table} limit 1)
     select ${values.join(', ')} from template, numbers`,
  );
}

function openSqlite(path: string): Filling {
  const database = new DatabaseSync(path, { timeout: 10_000 });
  const rowId = (n: unknown) => sessionRowId({ id: filledSessionId(Number(n)), secret: Buffer.alloc(0) });
  database.function('session_row_id', { deterministic: true }, rowId);
  return {
    columns: async (table) =>
      database
        .prepare('select name from pragma_table_info(?)')
        .all(table)
        .map(({ name }) => String(name)),
    run: async (sql) => database.exec(sql),
    settle: ['analyze'],
    rowId: 'session_row_id(n)',
    close: async () => database.close(),
  };
}

async function openPostgres(url: string): Promise<Filling> {
  const client = new pg.Client(url);
  await client.connect();
  return {
    async columns(table) {
      const { rows } = await client.query('select column_name from information_schema.columns where table_name = $1', [
        table,
      ]);
      return rows.map(({ column_name }) => String(column_name));
    },
    run: (sql) => client.query(sql),
    settle: ['vacuum analyze', 'checkpoint'],
    rowId: `translate(encode(sha256(convert_to('session:filled' || lpad(n::text, 16, '0'), 'UTF8')), 'base64'), '+/=', '-_')`,
    close: () => client.end(),
  };
}
