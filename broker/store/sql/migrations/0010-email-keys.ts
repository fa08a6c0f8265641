import { sql } from 'kysely';
import { emailKey } from '../../email-key.ts';
import type { Migration } from './migration.ts';

const page = 500;

/** People are found by the key of their e-mail: SQL's `lower` knows no letters beyond ASCII. */
export const emailKeys: Migration = {
  name: '0010-email-keys',
  oldestBroker: '0.1.0',
  async up({ schema, index, db }) {
    await schema.alterTable('people').addColumn('email_key', 'text').execute();
    for (let after = ''; ; ) {
      const { rows } = await sql<{ sub: string; email: string }>`select sub, email from people
        where email is not null and sub > ${after} order by sub limit ${page}`.execute(db);
      for (const { sub, email } of rows) {
        await sql`update people set email_key = ${emailKey(email)} where sub = ${sub}`.execute(db);
        after = sub;
      }
      if (rows.length < page) break;
    }
    await index('people', 'email_key');
  },
};
