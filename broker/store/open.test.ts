import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createStore } from './open.ts';

let folder: string;
const now = () => 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'latchkey-open-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('createStore', () => {
  it.each([
    '',
    'latchkey.db',
    'sqlite:',
    'sqlite://host/latchkey.db',
    'mysql://ada:hunter2@host/db',
    'postgres:',
    'postgres://ada:hunter2@[',
  ])('refuses "%s", says what would be right, and repeats no password', async (url) => {
    const refused = createStore(url, { now });
    await expect(refused).rejects.toThrow(/sqlite:PATH.*postgres:\/\//);
    await expect(refused).rejects.not.toThrow(/hunter2/);
  });

  it('makes a SQLite file, and those beside it, for its owner alone', async () => {
    const path = join(folder, 'latchkey.db');
    const store = await createStore(`sqlite:${path}`, { now });
    await store.migrate();
    for (const file of [path, `${path}-wal`, `${path}-shm`]) expect(statSync(file).mode & 0o777).toBe(0o600);
    await store.close();
  });

  it('fails at once where the folder is missing', async () => {
    await expect(createStore(`sqlite:${join(folder, 'missing', 'latchkey.db')}`, { now })).rejects.toThrow(
      /folder does not exist/,
    );
  });

  it('keeps a store in memory for tests', async () => {
    const store = await createStore('sqlite::memory:', { now });
    await store.migrate();
    expect(await store.putTransaction({ id: 't', kind: 'page', data: {}, expiresAt: 1 })).toBe(true);
    await store.close();
  });

  it('refuses a database that a newer version has migrated', async () => {
    const path = join(folder, 'latchkey.db');
    const store = await createStore(`sqlite:${path}`, { now });
    await store.migrate();
    const other = new DatabaseSync(path);
    other.exec("insert into migrations (name, applied_at) values ('9999-future', 0)");
    other.close();
    await expect(store.migrate()).rejects.toThrow(/newer version.*9999-future.*newer_store/);
    await store.close();
  });
});
