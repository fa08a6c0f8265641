import type { Migration } from './migration.ts';

/** When and from where each session was last used, for the person's own list of them. */
export const lastUsed: Migration = {
  name: '0002-last-used',
  oldestBroker: '0.1.0',
  async up({ schema }) {
    for (const table of ['sessions', 'device_sessions']) {
      await schema.alterTable(table).addColumn('last_used_at', 'bigint').execute();
      await schema.alterTable(table).addColumn('last_used_from', 'text').execute();
    }
  },
};
