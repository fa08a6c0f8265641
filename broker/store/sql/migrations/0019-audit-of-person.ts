import type { Migration } from './migration.ts';

/** People see their own entries of the audit log, the newest first. */
export const auditOfPerson: Migration = {
  name: '0019-audit-of-person',
  oldestBroker: '0.1.0',
  async up({ index }) {
    await index('audit', 'sub', 'seq');
  },
};
