import { brokerVersion } from '../broker-version.ts';
import { compareVersions } from '../compare-versions.ts';
import { NewerStoreError } from '../store-age-errors.ts';
import type { SqlDatabase } from './database.ts';
import type { Migration, MigrationTools } from './migrations/migration.ts';
import { migrations } from './migrations/migrations.ts';
import type { Db } from './schema.ts';

/** What a broker brings: its version, and the migrations that it knows. */
export interface Release {
  version: string;
  migrations: readonly Migration[];
}

const thisRelease: Release = { version: brokerVersion, migrations };

/**
 * Runs pending migrations in a single transaction under a lock, so the schema is never left between versions. Each one
 * records the oldest broker that may start after it.
 *
 * @throws {NewerStoreError} if the database has a migration that this release does not know, and is too old for
 */
export async function migrate(
  { dialect, exclusively, clock }: SqlDatabase,
  release: Release = thisRelease,
): Promise<void> {
  await exclusively('migrate', async (trx) => {
    await trx.schema
      .createTable('migrations')
      .ifNotExists()
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('applied_at', 'bigint', (column) => column.notNull())
      .execute();
    const applied = await trx.selectFrom('migrations').selectAll().execute();
    for (const migration of applied) refuseIfTooOld(migration, release);
    const names = new Set(applied.map(({ name }) => name));
    const pending = release.migrations.filter(({ name }) => !names.has(name));
    for (const { up } of pending) await up(tools(trx, dialect));
    for (const { name, oldestBroker } of pending) {
      const record = { name, appliedAt: clock(), appliedBy: release.version, oldestBroker };
      await trx.insertInto('migrations').values(record).execute();
    }
  });
}

interface Applied {
  name: string;
  /** Absent where a release before 0016-oldest-broker ran the migration. */
  appliedBy?: string | null;
  oldestBroker?: string | null;
}

function refuseIfTooOld({ name, appliedBy, oldestBroker }: Applied, { version, migrations }: Release): void {
  if (migrations.some((known) => known.name === name)) return;
  if (oldestBroker && compareVersions(version, oldestBroker) >= 0) return;
  const by = appliedBy ? `Latchkey ${appliedBy}` : 'a newer version';
  const needed = oldestBroker ? `version ${oldestBroker} or newer` : 'that version or a newer one';
  throw new NewerStoreError(
    `${by} has upgraded the database (migration "${name}"), and this is version ${version}, which can't use it any more`,
    `run ${needed}, or restore the backup from before the upgrade`,
  );
}

/**
 * Finds out whether this release could start on the database. Changes nothing.
 *
 * @throws {NewerStoreError} as `migrate` would
 */
export async function checkRelease(database: SqlDatabase): Promise<void> {
  if (!(await isMigrated(database))) return;
  for (const migration of await database.db.selectFrom('migrations').selectAll().execute()) {
    refuseIfTooOld(migration, thisRelease);
  }
}

/** Whether a broker has ever used the database. */
export async function isMigrated({ db }: SqlDatabase): Promise<boolean> {
  const tables = await db.introspection.getTables();
  return tables.some(({ name }) => name === 'signing_keys');
}

const tools = (db: Db, dialect: SqlDatabase['dialect']): MigrationTools => ({
  schema: db.schema,
  db,
  serial: (table, column) =>
    dialect === 'postgres'
      ? table.addColumn(column, 'bigserial', (definition) => definition.primaryKey())
      : table.addColumn(column, 'integer', (definition) => definition.primaryKey().autoIncrement()),
  async index(table, ...columns) {
    await db.schema
      .createIndex(`${table}_${columns.join('_')}`)
      .on(table)
      .columns(columns)
      .execute();
  },
});
