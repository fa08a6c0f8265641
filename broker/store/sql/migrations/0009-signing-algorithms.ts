import { type SqlBool, sql } from 'kysely';
import type { Migration } from './migration.ts';

/** One key signs, and one is announced, for each algorithm. Keys from before this are for ES256. */
export const signingAlgorithms: Migration = {
  name: '0009-signing-algorithms',
  oldestBroker: '0.1.0',
  async up({ schema }) {
    await schema.alterTable('signing_keys').addColumn('alg', 'text').execute();
    await schema.dropIndex('signing_keys_one').execute();
    await schema
      .createIndex('signing_keys_one')
      .on('signing_keys')
      .expression(sql`coalesce(alg, 'ES256'), state`)
      .unique()
      .where(sql<SqlBool>`state in ('active', 'next')`)
      .execute();
  },
};
