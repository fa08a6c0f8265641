import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import pg from 'pg';

/** A database of its own for one broker of the tests. */
export interface TestStore {
  /** As in the configuration. */
  url: string;
  /** Runs a statement past the broker. @param parameters take the places of `?` */
  rows(statement: string, ...parameters: SQLInputValue[]): Promise<Record<string, unknown>[]>;
  drop(): Promise<void>;
}

/**
 * Makes the store that this run tests the broker on: SQLite, or a database on the PostgreSQL whose URL is in
 * `LATCHKEY_TEST_POSTGRES`, which the project `postgres` of vitest sets.
 *
 * @param dir for the SQLite file; without it, SQLite stays in memory, out of reach of `rows`
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
