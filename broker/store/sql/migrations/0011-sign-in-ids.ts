import type { Migration } from './migration.ts';

/** The sign-in that began a session, as the log names it. */
export const signInIds: Migration = {
  name: '0011-sign-in-ids',
  oldestBroker: '0.1.0',
  async up({ schema }) {
    await schema.alterTable('sessions').addColumn('sign_in', 'text').execute();
  },
};
