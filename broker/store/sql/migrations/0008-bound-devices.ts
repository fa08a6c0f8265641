import type { Migration } from './migration.ts';

/** The DPoP key that a device's refresh token is bound to. */
export const boundDevices: Migration = {
  name: '0008-bound-devices',
  oldestBroker: '0.1.0',
  async up({ schema }) {
    await schema.alterTable('device_sessions').addColumn('jkt', 'text').execute();
  },
};
