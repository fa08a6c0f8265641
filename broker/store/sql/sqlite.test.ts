import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SqlDatabase } from './database.ts';
import { migrate } from './migrate.ts';
import { openSqlite } from './sqlite.ts';

let folder: string;
let path: string;
let database: SqlDatabase;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-sqlite-'));
  path = join(folder, 'latchkey.db');
  database = openSqlite({ path, now: () => 7 });
  await migrate(database);
});
afterEach(async () => {
  await database.db.destroy();
  rmSync(folder, { recursive: true });
});

const replay = (key: string) => ({ key, expiresAt: 1 });
const pragma = async (name: string) => {
  const { rows } = await sql.raw<Record<string, unknown>>(`pragma ${name}`).execute(database.db);
  return Object.values(rows[0] ?? {})[0];
};

describe('openSqlite', () => {
  it.each(['', '-wal', '-shm'])('refuses a file that other users can read: latchkey.db%s', (suffix) => {
    for (const mode of [0o644, 0o640, 0o606]) {
      chmodSync(`${path}${suffix}`, mode);
      expect(() => openSqlite({ path, now: () => 7 })).toThrow(`chmod 600 ${path}${suffix}`);
    }
    chmodSync(`${path}${suffix}`, 0o600);
    expect(() => openSqlite({ path, now: () => 7 })).not.toThrow();
  });

  it('is in WAL mode, waits for the disk, and checks foreign keys', async () => {
    expect(await pragma('journal_mode')).toBe('wal');
    expect(await pragma('synchronous')).toBe(2);
    expect(await pragma('foreign_keys')).toBe(1);
  });

  it('waits for the disk again after a quick statement, and after one that failed', async () => {
    const insert = () => database.quick((db) => db.insertInto('replay').values(replay('k')).execute());
    await insert();
    expect(await pragma('synchronous')).toBe(2);
    await expect(insert()).rejects.toThrow(/UNIQUE/);
    expect(await pragma('synchronous')).toBe(2);
  });

  it('keeps others’ statements out of a transaction that is rolled back', async () => {
    const failing = database.transaction(async (trx) => {
      await trx.insertInto('replay').values(replay('mine')).execute();
      await sleep(5);
      throw new Error('on purpose');
    });
    const others = ['a', 'b'].map((key) => database.db.insertInto('replay').values(replay(key)).execute());
    await expect(failing).rejects.toThrow('on purpose');
    await Promise.all(others);
    const rows = await database.db.selectFrom('replay').select('key').orderBy('key').execute();
    expect(rows.map(({ key }) => key)).toEqual(['a', 'b']);
  });

  it('takes the write lock at the start of a transaction', async () => {
    const other = new DatabaseSync(path, { timeout: 0 });
    await database.transaction(async () => {
      expect(() => other.exec("insert into replay values ('k', 1)")).toThrow(/locked/);
    });
    other.close();
  });

  it('waits for the lock of another process while this one goes on', async () => {
    const other = new DatabaseSync(path);
    other.exec('begin immediate');
    const waiting = database.transaction((trx) => trx.insertInto('replay').values(replay('k')).execute());
    // Timers fire, so the thread isn't blocked while the lock is held.
    await sleep(60);
    other.exec('commit');
    await waiting;
    other.close();
  });
});
