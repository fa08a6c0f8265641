import type { Migration } from './migration.ts';

/** Whether a provider rotates the refresh tokens of this broker, as its last answer showed. */
export const refreshRotation: Migration = {
  name: '0006-refresh-rotation',
  oldestBroker: '0.1.0',
  async up({ schema }) {
    await schema
      .createTable('refresh_rotation')
      .addColumn('issuer', 'text', (column) => column.notNull())
      .addColumn('client_id', 'text', (column) => column.notNull())
      .addColumn('rotates', 'text', (column) => column.notNull())
      .addColumn('seen_at', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('refresh_rotation_key', ['issuer', 'client_id'])
      .execute();
  },
};
