import { brokerVersion } from '../../../broker/store/broker-version.ts';
import type { SqlDatabase } from '../../../broker/store/sql/database.ts';
import { migrate } from '../../../broker/store/sql/migrate.ts';
import type { Migration } from '../../../broker/store/sql/migrations/migration.ts';
import { migrations } from '../../../broker/store/sql/migrations/migrations.ts';
import type { Store } from '../../../broker/store/store.ts';

/**
 * Upgrades the database as the next release may: all that a migration may do with which this release still works, to every
 * table. (See `oldestBroker` in `migration.ts`.)
 */
export async function upgradeAsNextRelease(database: SqlDatabase): Promise<void> {
  const tables = (await database.db.introspection.getTables()).map(({ name }) => name);
  const next: Migration = {
    name: '9000-next-release',
    oldestBroker: brokerVersion,
    async up({ schema, index }) {
      for (const table of tables) {
        await schema.alterTable(table).addColumn('of_next_release', 'text').execute();
        const withDefault = schema.alterTable(table);
        await withDefault
          .addColumn('counted_by_next_release', 'bigint', (column) => column.notNull().defaultTo(0))
          .execute();
        await index(table, 'of_next_release');
      }
      await schema
        .createTable('next_release')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .execute();
    },
  };
  await migrate(database, { version: '9.0.0', migrations: [...migrations, next] });
}

/**
 * The store without the new columns in what it returns. They show as properties that nothing in this release reads, but the
 * suite compares whole objects.
 */
export const withoutNewColumns = (store: Store): Store =>
  new Proxy(store, {
    get(target, name: keyof Store) {
      const method = target[name] as ((...parameters: unknown[]) => unknown) | undefined;
      // Such as `then`, which `await` looks for.
      if (method === undefined) return undefined;
      return (...parameters: unknown[]) => {
        const result = method(...parameters);
        return result instanceof Promise ? result.then(stripped) : result;
      };
    },
  });

function stripped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(stripped);
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'countedByNextRelease')
      .map(([name, one]) => [name, stripped(one)]),
  );
}
