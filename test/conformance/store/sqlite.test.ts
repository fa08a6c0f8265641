import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStore } from '../../../broker/store/open.ts';
import { t0 } from './harness.ts';
import { storeConformance } from './suite.ts';

storeConformance('SQLite', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-store-'));
  let now = t0;
  const open = () => createStore(`sqlite:${join(folder, 'latchkey.db')}`, { now: () => now });
  const store = await open();
  await store.migrate();
  const replicas = [store, await open(), await open()];
  return {
    store,
    replicas,
    async pass(ms) {
      now += ms;
    },
    async close() {
      await Promise.all(replicas.map((replica) => replica.close()));
      await rm(folder, { recursive: true });
    },
  };
});
