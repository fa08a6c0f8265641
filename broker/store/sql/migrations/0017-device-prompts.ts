import type { Migration } from './migration.ts';

/** Which account a device named, and the numbers that its person picks from. */
export const devicePrompts: Migration = {
  name: '0017-device-prompts',
  oldestBroker: '0.1.0',
  async up({ schema, index }) {
    await schema.alterTable('device_grants').addColumn('account_key', 'text').execute();
    await schema.alterTable('device_grants').addColumn('numbers', 'text').execute();
    await index('device_grants', 'account_key');
  },
};
