import type { Migration } from './migration.ts';

/** Who is signed in to people's pages: no cookie says so by itself. */
export const pageSessions: Migration = {
  name: '0004-page-sessions',
  oldestBroker: '0.1.0',
  async up({ schema, index }) {
    await schema
      .createTable('page_sessions')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('sub', 'text', (column) => column.notNull().references('people.sub'))
      .addColumn('upstream', 'text', (column) => column.notNull())
      .addColumn('issuer', 'text', (column) => column.notNull())
      .addColumn('sid', 'text')
      .addColumn('issued_at', 'bigint', (column) => column.notNull())
      .addColumn('groups', 'text', (column) => column.notNull())
      .addColumn('expires_at', 'bigint', (column) => column.notNull())
      .execute();
    await index('page_sessions', 'sub');
    await index('page_sessions', 'issuer', 'sid');
    await index('page_sessions', 'expires_at');
  },
};
