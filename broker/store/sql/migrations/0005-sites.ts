import type { Migration } from './migration.ts';

/** What is kept of a person and a site beside their consents: whether it may ask at all, and when it was last used. */
export const sites: Migration = {
  name: '0005-sites',
  oldestBroker: '0.1.0',
  async up({ schema }) {
    await schema
      .createTable('sites')
      .addColumn('sub', 'text', (column) => column.notNull().references('people.sub'))
      .addColumn('origin', 'text', (column) => column.notNull())
      .addColumn('refused_at', 'bigint')
      .addColumn('last_used_at', 'bigint')
      .addColumn('last_used_from', 'text')
      .addPrimaryKeyConstraint('sites_key', ['sub', 'origin'])
      .execute();
  },
};
