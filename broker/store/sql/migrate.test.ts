import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { brokerVersion } from '../broker-version.ts';
import { compareVersions } from '../compare-versions.ts';
import type { SqlDatabase } from './database.ts';
import { isMigrated, migrate } from './migrate.ts';
import type { Migration } from './migrations/migration.ts';
import { migrations } from './migrations/migrations.ts';
import { openSqlite } from './sqlite.ts';

let database: SqlDatabase;
beforeEach(() => {
  database = openSqlite({ path: ':memory:', now: () => 1_000 });
});
afterEach(() => database.db.destroy());

const future = (oldestBroker: string): Migration => ({
  name: '9000-future',
  oldestBroker,
  up: async ({ schema }) => {
    await schema.createTable('future').addColumn('id', 'text').execute();
  },
});
const release = (version: string, ...more: Migration[]) => ({ version, migrations: [...migrations, ...more] });

describe('brokers of several releases on one database', () => {
  it('an older one starts if the newer one says that it may', async () => {
    await migrate(database, release('0.6.0', future('0.5.0')));
    for (const version of ['0.5.0', '0.5.3', '0.6.0-rc.1', '0.10.0', '1.0.0']) {
      await expect(migrate(database, release(version))).resolves.toBeUndefined();
    }
  });

  it.each(['0.4.0', '0.4.12', '0.0.9'])(
    '%s is told in one sentence that it is too old, and what to do',
    async (old) => {
      await migrate(database, release('0.6.0', future('0.5.0')));
      const refused = migrate(database, release(old));
      await expect(refused).rejects.toMatchObject({ code: 'newer_store' });
      await expect(refused).rejects.toThrow(
        `Latchkey 0.6.0 has upgraded the database (migration "9000-future"), and this is version ${old}, which can't use it any more: run version 0.5.0 or newer, or restore the backup from before the upgrade (newer_store).`,
      );
    },
  );

  it('goes back, and forward again', async () => {
    await migrate(database, release('0.5.0'));
    await migrate(database, release('0.6.0', future('0.5.0')));
    await migrate(database, release('0.5.0'));
    await migrate(database, release('0.6.0', future('0.5.0')));
    const rows = await database.db.selectFrom('migrations').select(['name', 'appliedBy', 'oldestBroker']).execute();
    expect(rows.at(-1)).toEqual({ name: '9000-future', appliedBy: '0.6.0', oldestBroker: '0.5.0' });
    expect(rows).toHaveLength(migrations.length + 1);
  });

  it('upgrades a database of a release that recorded no versions', async () => {
    await migrate(database);
    for (const column of ['applied_by', 'oldest_broker']) {
      await database.db.schema.alterTable('migrations').dropColumn(column).execute();
    }
    await database.db.deleteFrom('migrations').where('name', '=', '0016-oldest-broker').execute();
    await migrate(database);
    const row = database.db.selectFrom('migrations').selectAll().where('name', '=', '0016-oldest-broker');
    expect(await row.executeTakeFirst()).toMatchObject({ appliedBy: brokerVersion, oldestBroker: '0.1.0' });
    expect(await database.db.selectFrom('migrations').select('name').execute()).toHaveLength(migrations.length);
  });

  it('tells a database that no broker has used from others', async () => {
    expect(await isMigrated(database)).toBe(false);
    await migrate(database);
    expect(await isMigrated(database)).toBe(true);
  });
});

describe('the migrations of this release', () => {
  it('keep the promise: a broker of the minor version before may go on', () => {
    const [major, minor = 0] = brokerVersion.split('.').map(Number);
    const before = `${major}.${Math.max(1, minor - 1)}.0`;
    for (const { name, oldestBroker } of migrations) {
      expect({ name, keeps: compareVersions(oldestBroker, before) <= 0 }).toEqual({ name, keeps: true });
    }
  });

  // What came before has no older release.
  const first = migrations.findIndex(({ name }) => name === '0016-oldest-broker') + 1;
  const dropping: Migration = {
    ...future('0.1.0'),
    up: ({ schema }) => schema.alterTable('sessions').dropColumn('sign_in').execute(),
  };

  it('only add to the schema where they let older brokers go on', async () => {
    expect(await breaking(migrations, first)).toEqual([]);
    expect(await breaking([...migrations, future('0.1.0')], first)).toEqual([]);
  });

  it('would be found out otherwise', async () => {
    expect(await breaking([...migrations, dropping], first)).toEqual(['9000-future: sessions.sign_in']);
    await database.db.destroy();
    database = openSqlite({ path: ':memory:', now: () => 1_000 });
    expect(await breaking([...migrations, { ...dropping, oldestBroker: '0.2.0' }], first)).toEqual([]);
  });

  /** What an older broker would miss, or be asked for, after a migration that says it may go on. */
  async function breaking(all: readonly Migration[], from: number): Promise<string[]> {
    const found: string[] = [];
    for (let count = from; count <= all.length; count += 1) {
      const [before, last, previous] = [await columns(), all[count - 1], all[count - 2]];
      await migrate(database, { version: '9.0.0', migrations: all.slice(0, count) });
      if (count === from || !last || compareVersions(last.oldestBroker, previous?.oldestBroker ?? '0.0.0') > 0)
        continue;
      const after = await columns();
      const gone = [...before].filter(([name, kind]) => after.get(name)?.type !== kind.type);
      const demanded = [...after].filter(
        ([name, { isDemanded }]) => isDemanded && isOfOld(name, before) && !before.has(name),
      );
      found.push(...[...gone, ...demanded].map(([name]) => `${last.name}: ${name}`));
    }
    return found;
  }

  async function columns() {
    const tables = await database.db.introspection.getTables();
    return new Map(
      tables.flatMap((table) =>
        table.columns.map(
          ({ name, dataType, isNullable, hasDefaultValue, isAutoIncrementing }) =>
            [
              `${table.name}.${name}`,
              { type: dataType, isDemanded: !isNullable && !hasDefaultValue && !isAutoIncrementing },
            ] as const,
        ),
      ),
    );
  }

  const isOfOld = (column: string, before: ReadonlyMap<string, unknown>): boolean =>
    [...before.keys()].some((name) => name.split('.')[0] === column.split('.')[0]);
});
