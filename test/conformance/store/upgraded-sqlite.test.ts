import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStore } from '../../../broker/store/open.ts';
import { openSqlite } from '../../../broker/store/sql/sqlite.ts';
import type { Store } from '../../../broker/store/store.ts';
import { t0 } from './harness.ts';
import { upgradeAsNextRelease, withoutNewColumns } from './newer-release.ts';
import { storeConformance } from './suite.ts';

// A broker of this release that runs while the next release upgrades its database, and one that starts afterward.
storeConformance('SQLite, upgraded by a newer release,', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'latchkey-upgraded-'));
  const path = join(folder, 'latchkey.db');
  let now = t0;
  const open = () => createStore(`sqlite:${path}`, { now: () => now });
  const running = await open();
  await running.migrate();
  const newer = openSqlite({ path, now: () => now });
  await upgradeAsNextRelease(newer);
  await newer.db.destroy();
  const started = [await open(), await open()];
  for (const store of started) await store.migrate();
  const replicas = [running, ...started].map(withoutNewColumns);
  return {
    store: replicas[0] as Store,
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
