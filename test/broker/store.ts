import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import pg from 'pg';

/** A separate database for one test broker. */
export interface TestStore {
  /** The store, as configured. */
  url: string;
  /** Runs a statement, bypassing the broker. @param parameters the values for `?` */
  rows(statement: string, ...parameters: SQLInputValue[]): Promise<Record<string, unknown>[]>;
  drop(): Promise<void>;
}

/**
 * Creates the store for this run's brokers: SQLite, or a database on the PostgreSQL server at the URL in
 * `LATCHKEY_TEST_POSTGRES`. The Vitest project `postgres` sets that variable.
 *
 * @param dir folder of the SQLite file. Without it, SQLite is in memory and `rows` can't access it
 */
export async function createTestStore(dir?: string): Promise<TestStore> {
  const server = process.env.LATCHKEY_TEST_POSTGRES;
  return server === undefined ? sqlite(dir) : postgres(server);
}

function sqlite(dir: string | undefined): TestStore {
  if (dir === undefined) {
    const outOfReach = () => Promise.reject(new Error('nobody but its store reaches a database in memory'));
    return { url: 'sqlite::memory:', rows: outOfReach, drop: async () => undefined };
  }
  const file = join(dir, 'latchkey.db');
  return {
    url: `sqlite:${file}`,
    async rows(statement, ...parameters) {
      const database = new DatabaseSync(file, { timeout: 5_000 });
      try {
        return database.prepare(statement).all(...parameters);
      } finally {
        database.close();
      }
    },
    drop: async () => undefined,
  };
}

async function postgres(server: string): Promise<TestStore> {
  const name = `test_${randomBytes(6).toString('hex')}`;
  await query(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = name;
  return {
    url: url.href,
    rows(statement, ...parameters) {
      let count = 0;
      const text = statement.replaceAll('?', () => {
        count += 1;
        return `$${count}`;
      });
      return query(url.href, text, parameters);
    },
    drop: async () => void (await query(server, `drop database ${name} with (force)`)),
  };
}

const bigint = 20;

async function query(url: string, text: string, parameters: readonly unknown[] = []) {
  const types = { getTypeParser: (oid: number) => (oid === bigint ? Number : pg.types.getTypeParser(oid)) };
  const client = new pg.Client({ connectionString: url, types });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text, [...parameters])).rows;
  } finally {
    await client.end();
  }
}
