import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { createStore } from '../../../broker/store/open.ts';
import { openPostgres } from '../../../broker/store/sql/postgres.ts';
import type { Store } from '../../../broker/store/store.ts';
import { upgradeAsNextRelease, withoutNewColumns } from './newer-release.ts';
import { type PostgresServer, startPostgres } from './postgres.ts';
import { storeConformance } from './suite.ts';

let server: PostgresServer;
let admin: pg.Client;
let replicas: [Store, Store, Store];

beforeAll(async () => {
  server = await startPostgres();
  const url = await server.database('latchkey');
  const open = () => createStore(url, { now: () => Number.NaN, poolSize: 4 });
  replicas = [await open(), await open(), await open()];
  admin = new pg.Client(url);
  await admin.connect();
  // Skip foreign key checks, because everything is deleted.
  await admin.query('set session_replication_role = replica');
  const [running, ...starting] = replicas;
  await running.migrate();
  const newer = await openPostgres({ url });
  await upgradeAsNextRelease(newer);
  await newer.db.destroy();
  await Promise.all(starting.map((replica) => replica.migrate()));
}, 60_000);

afterAll(async () => {
  await Promise.all(replicas.map((replica) => replica.close()));
  await admin.end();
  await server.stop();
});

// A broker of this release that runs while the next release upgrades its database, and two that start afterward.
storeConformance('PostgreSQL, upgraded by a newer release,', async () => ({
  store: withoutNewColumns(replicas[0]),
  replicas: replicas.map(withoutNewColumns),
  pass: (ms) => sleep(ms + 1),
  async close() {
    const { rows } = await admin.query<{ emptied: string }>(
      `select string_agg(format('delete from %I', tablename), ';') as emptied from pg_tables
        where schemaname = 'public' and tablename <> 'migrations'`,
    );
    await admin.query(rows[0]?.emptied ?? '');
  },
}));
