import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { brokerInProcess, type InProcessBroker, issuer } from '../test/broker/in-process.ts';
import { createAdminApp } from './admin.ts';
import type { SqlDatabase } from './store/sql/database.ts';
import { sqlStore } from './store/sql/sql-store.ts';
import { openSqlite } from './store/sql/sqlite.ts';

let folder: string;
let broker: InProcessBroker;
let database: SqlDatabase;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-admin-'));
  broker = await brokerInProcess('resources: { "https://api.example.com": { name: API, scopes: { a: A } } }');
  database = openSqlite({ path: join(folder, 'latchkey.db'), now: () => 1 });
  await sqlStore(database).migrate();
});
afterEach(async () => {
  await broker.close();
  await database.db.destroy();
  rmSync(folder, { recursive: true });
});

const readyz = async () => {
  const answer = await createAdminApp({ ...broker.deps, store: sqlStore(database) }).request('/readyz');
  return { status: answer.status, body: await answer.json() };
};

it('is ready while the store takes writes', async () => {
  expect(await readyz()).toMatchObject({ status: 200, body: { ready: true, store: 'answers' } });
});

it('is not ready on a full disk, and says why in the log', async () => {
  // SQLite reports the same error if the file can't grow.
  await sql.raw('pragma max_page_count = 1').execute(database.db);
  await fill();
  expect(await readyz()).toMatchObject({ status: 503, body: { ready: false, store: 'does not take writes' } });
  expect(broker.logged.join()).toContain('database or disk is full');
});

it('is not ready on a store that can only be read', async () => {
  await sql.raw('pragma query_only = on').execute(database.db);
  expect(await readyz()).toMatchObject({ status: 503, body: { ready: false } });
  expect(broker.logged.join()).toContain('readonly');
});

it('describes the API for the issuer of this broker, at no other address', async () => {
  const answer = await createAdminApp(broker.deps).request('/openapi.json');
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(await answer.json()).toMatchObject({ openapi: '3.1.1', servers: [{ url: issuer }] });
  expect((await broker.request('/openapi.json')).status).toBe(404);
});

/** Adds rows until the last database page is full. */
async function fill(): Promise<void> {
  for (const length of [1_000, 100, 10, 1]) {
    for (let row = 0; ; row++) {
      try {
        const values = { key: `pin${'h'.repeat(length)}${row}`, expiresAt: 1 };
        await database.db.insertInto('replay').values(values).execute();
      } catch {
        break;
      }
    }
  }
}
