import type { Migration } from './migration.ts';

/** How many hints asked for a recheck: a hint that comes while a refresh is under way outlives its commit. */
export const rechecks: Migration = {
  name: '0003-rechecks',
  oldestBroker: '0.1.0',
  async up({ schema }) {
    for (const table of ['sessions', 'device_sessions']) {
      await schema
        .alterTable(table)
        .addColumn('rechecks', 'bigint', (column) => column.notNull().defaultTo(0))
        .execute();
    }
  },
};
