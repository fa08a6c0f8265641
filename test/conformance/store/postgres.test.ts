import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll } from 'vitest';
import { createStore } from '../../../broker/store/open.ts';
import { type PostgresServer, startPostgres } from './postgres.ts';
import { storeConformance } from './suite.ts';

let server: PostgresServer;
let count = 0;

const open = (url: string) => createStore(url, { now: () => Number.NaN, poolSize: 4 });

beforeAll(async () => {
  server = await startPostgres();
  const migrated = await open(await server.database('migrated'));
  await migrated.migrate();
  await migrated.close();
}, 60_000);

afterAll(() => server.stop());

storeConformance('PostgreSQL', async () => {
  count += 1;
  const name = `test_${count}`;
  const url = await server.database(name, 'migrated');
  const replicas = await Promise.all([open(url), open(url), open(url)]);
  return {
    store: replicas[0] as (typeof replicas)[number],
    replicas,
    pass: (ms) => sleep(ms + 1),
    async close() {
      await Promise.all(replicas.map((replica) => replica.close()));
      await server.drop(name);
    },
  };
});
