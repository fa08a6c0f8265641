import type { Migration } from './migration.ts';

/** Batches of the audit log that a person was erased from, as JSON, in the batch that says so. */
export const auditRedactions: Migration = {
  name: '0014-audit-redactions',
  oldestBroker: '0.1.0',
  async up({ schema }) {
    await schema.alterTable('audit_batches').addColumn('redacted', 'text').execute();
  },
};
