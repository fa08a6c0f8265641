import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** What PostgreSQL has written since it started. */
interface Written {
  walBytes: number;
  commits: number;
  rows: number;
}

/** PostgreSQL's statistics arrive up to a second late. */
const statisticsMs = 1_500;

async function written(client: pg.Client): Promise<Written> {
  await sleep(statisticsMs);
  const { rows } = await client.query(
    `select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as wal, xact_commit::float8 as commits,
       (tup_inserted + tup_updated + tup_deleted)::float8 as rows
     from pg_stat_database where datname = current_database()`,
  );
  const [{ wal, commits, rows: changed }] = rows;
  return { walBytes: wal, commits, rows: changed };
}

/** Measures what one of `count` operations makes PostgreSQL write. */
export async function writesOf(url: string, count: number, work: () => Promise<void>): Promise<Written> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const before = await written(client);
    await work();
    const after = await written(client);
    return {
      walBytes: (after.walBytes - before.walBytes) / count,
      commits: (after.commits - before.commits) / count,
      rows: (after.rows - before.rows) / count,
    };
  } finally {
    await client.end();
  }
}

/** Bytes of a table with its indexes, for each of its rows. */
export async function bytesPerRow(url: string, table: string): Promise<number> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    const sql = `select pg_total_relation_size('${table}')::float8 / greatest(count(*), 1) as bytes from ${table}`;
    return (await client.query(sql)).rows[0].bytes;
  } finally {
    await client.end();
  }
}
