import type { SqlDatabase } from '../../broker/store/sql/database.ts';
import { migrate } from '../../broker/store/sql/migrate.ts';
import type { Migration } from '../../broker/store/sql/migrations/migration.ts';
import { migrations } from '../../broker/store/sql/migrations/migrations.ts';
import { openPostgres } from '../../broker/store/sql/postgres.ts';
import { openSqlite } from '../../broker/store/sql/sqlite.ts';

/** A release that no broker of today may go back over. */
export const laterVersion = '99.0.0';

const later: Migration = {
  name: '9000-later-release',
  oldestBroker: laterVersion,
  async up({ schema }) {
    await schema.createTable('later_release').addColumn('id', 'text').execute();
  },
};

/** Upgrades a database as that release will. @param store as configured */
export async function upgradeAsLaterRelease(store: string): Promise<void> {
  const database = await open(store);
  try {
    await migrate(database, { version: laterVersion, migrations: [...migrations, later] });
  } finally {
    await database.db.destroy();
  }
}

const open = async (store: string): Promise<SqlDatabase> =>
  store.startsWith('sqlite:')
    ? openSqlite({ path: store.slice('sqlite:'.length), now: Date.now })
    : openPostgres({ url: store });
