import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CompiledQuery } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SqlDatabase } from './database.ts';
import { prepared } from './prepared.ts';
import { sqlStore } from './sql-store.ts';
import { openSqlite } from './sqlite.ts';

let database: SqlDatabase;

beforeEach(async () => {
  database = openSqlite({ path: ':memory:', now: () => 7 });
  await sqlStore(database).migrate();
});

afterEach(() => database.db.destroy());

const find = (database: SqlDatabase) =>
  prepared(database, (db, { key }: { key: string }) =>
    db.selectFrom('rateLimits').select(['count', 'resetsAt']).where('key', '=', key),
  );
const countQuickly = (database: SqlDatabase) =>
  prepared(
    database,
    (db, { key, resetsAt }: { key: string; resetsAt: number }) =>
      db.insertInto('rateLimits').values({ key, count: 1, resetsAt }).returning('count'),
    { isQuick: true },
  );

describe('a statement of a hot path', () => {
  it('names columns as every other statement does, and binds each value', async () => {
    await countQuickly(database)({ key: 'one', resetsAt: 5 });
    await countQuickly(database)({ key: 'other', resetsAt: 6 });
    expect(await find(database)({ key: 'other' })).toEqual({ count: 1, resetsAt: 6 });
    expect(await find(database)({ key: 'none' })).toBeUndefined();
  });

  it('never runs inside the transaction of another caller', async () => {
    const [inside, rollBack] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const transaction = database.transaction(async (trx) => {
      await trx.insertInto('rateLimits').values({ key: 'undone', count: 1, resetsAt: 5 }).execute();
      inside.resolve();
      await rollBack.promise;
      throw new Error('rolled back');
    });
    await inside.promise;
    const read = find(database)({ key: 'undone' });
    const written = countQuickly(database)({ key: 'kept', resetsAt: 5 });
    rollBack.resolve();
    await expect(transaction).rejects.toThrow('rolled back');
    expect(await read).toBeUndefined();
    expect(await written).toEqual({ count: 1 });
    expect(await find(database)({ key: 'kept' })).toBeDefined();
  });

  it('leaves the wait for the disk on', async () => {
    await countQuickly(database)({ key: 'one', resetsAt: 5 });
    await expect(countQuickly(database)({ key: 'one', resetsAt: 5 })).rejects.toThrow('UNIQUE');
    const { rows } = await database.db.executeQuery<{ synchronous: number }>(CompiledQuery.raw('pragma synchronous'));
    expect(rows).toEqual([{ synchronous: 2 }]);
  });
});

describe('a statement of a hot path, while another process', () => {
  it('adds a column, still names what it reads', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'latchkey-statement-'));
    const path = join(folder, 'latchkey.db');
    const shared = openSqlite({ path, now: () => 7 });
    await sqlStore(shared).migrate();
    const all = prepared(shared, (db, { key }: { key: string }) =>
      db.selectFrom('rateLimits').selectAll('rateLimits').select('key as name').where('key', '=', key),
    );
    await countQuickly(shared)({ key: 'one', resetsAt: 5 });
    expect(await all({ key: 'one' })).toEqual({ key: 'one', count: 1, resetsAt: 5, name: 'one' });
    const other = new DatabaseSync(path);
    other.exec('alter table rate_limits add column since integer');
    other.close();
    expect(await all({ key: 'one' })).toEqual({ key: 'one', count: 1, resetsAt: 5, since: null, name: 'one' });
    await shared.db.destroy();
    rmSync(folder, { recursive: true });
  });
});
