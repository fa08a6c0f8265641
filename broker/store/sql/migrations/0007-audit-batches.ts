import type { Migration } from './migration.ts';

/** Audit entries are sealed in batches, each of which carries the hash of the one before. */
export const auditBatches: Migration = {
  name: '0007-audit-batches',
  oldestBroker: '0.1.0',
  async up({ schema, index }) {
    await schema
      .createTable('audit_batches')
      .addColumn('number', 'bigint', (column) => column.primaryKey())
      .addColumn('previous', 'text', (column) => column.notNull())
      .addColumn('hash', 'text', (column) => column.notNull())
      .addColumn('ring_kid', 'text', (column) => column.notNull())
      .addColumn('mac', 'text', (column) => column.notNull())
      .addColumn('floor', 'bigint', (column) => column.notNull())
      .addColumn('at', 'bigint', (column) => column.notNull())
      .execute();
    await schema.alterTable('audit').addColumn('batch', 'bigint').execute();
    await index('audit', 'batch', 'seq');
  },
};
