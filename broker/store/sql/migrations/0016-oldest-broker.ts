import type { Migration } from './migration.ts';

/** Which release ran a migration, and the oldest broker that may start after it. */
export const oldestBroker: Migration = {
  name: '0016-oldest-broker',
  oldestBroker: '0.1.0',
  async up({ schema }) {
    await schema.alterTable('migrations').addColumn('applied_by', 'text').execute();
    await schema.alterTable('migrations').addColumn('oldest_broker', 'text').execute();
  },
};
