import type { SqlDatabase } from './database.ts';
import type { MigrationTools } from './migrations/migration.ts';
import { migrations } from './migrations/migrations.ts';
import type { Db } from './schema.ts';

/**
 * Runs pending migrations in a single transaction under a lock, so the schema is never left between versions.
 *
 * @throws {Error} if the database has a migration that this version does not know
 */
export async function migrate({ dialect, exclusively, clock }: SqlDatabase): Promise<void> {
  await exclusively('migrate', async (trx) => {
    await trx.schema
      .createTable('migrations')
      .ifNotExists()
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('applied_at', 'bigint', (column) => column.notNull())
      .execute();
    const rows = await trx.selectFrom('migrations').select('name').execute();
    const applied = new Set(rows.map(({ name }) => name));
    for (const name of applied) {
      if (migrations.some((known) => known.name === name)) continue;
      throw new Error(`the database has migration "${name}", which this version does not know: run a newer version`);
    }
    for (const { name, up } of migrations) {
      if (applied.has(name)) continue;
      await up(tools(trx, dialect));
      await trx.insertInto('migrations').values({ name, appliedAt: clock() }).execute();
    }
  });
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
