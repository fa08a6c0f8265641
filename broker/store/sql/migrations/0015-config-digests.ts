import type { Migration } from './migration.ts';

/** Digests of the configuration that brokers last ran with, so that a start with another one shows in the audit log. */
export const configDigests: Migration = {
  name: '0015-config-digests',
  oldestBroker: '0.1.0',
  async up({ schema }) {
    await schema
      .createTable('config_digests')
      .addColumn('name', 'text', (column) => column.primaryKey())
      .addColumn('ring_kid', 'text', (column) => column.notNull())
      .addColumn('sections', 'text', (column) => column.notNull())
      .execute();
  },
};
