import { sql } from 'kysely';
import { expect, it } from 'vitest';
import type { SqlDatabase } from '../database.ts';
import { migrate } from '../migrate.ts';
import { people } from '../people.ts';
import { openSqlite } from '../sqlite.ts';

const count = 1_100;

/** Reverts the database to its state before the migration. */
async function undo({ db }: SqlDatabase): Promise<void> {
  await sql`drop index people_email_key`.execute(db);
  await sql`alter table people drop column email_key`.execute(db);
  await sql`delete from migrations where name = '0010-email-keys'`.execute(db);
}

it('people from before the migration are found by e-mail in every spelling', async () => {
  const database = openSqlite({ path: ':memory:', now: () => 0 });
  await migrate(database);
  await undo(database);
  for (let n = 0; n < count; n += 1) {
    await sql`insert into people (sub, issuer, idp_sub, upstream, email, created_at, updated_at)
      values (${`s${n}`}, 'i', ${`p${n}`}, 'u', ${n % 2 === 0 ? `Ä${n}@example.com` : null}, 0, 0)`.execute(
      database.db,
    );
  }
  await migrate(database);
  const { findPeople } = people(database);
  for (const n of [0, 2, 998, count - 2]) {
    expect(await findPeople({ email: `ä${n}@EXAMPLE.com` }, { limit: 10 })).toMatchObject([{ sub: `s${n}` }]);
  }
  expect(await findPeople({ email: 'ä1@example.com' }, { limit: 10 })).toEqual([]);
  await database.db.destroy();
});
