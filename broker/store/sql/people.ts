import { emailKey } from '../email-key.ts';
import type { Person } from '../model.ts';
import type { PersonStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import { codec } from './row.ts';

export const person = codec<Person>();

const keyOf = ({ email }: Pick<Person, 'email'>) => (email === undefined ? null : emailKey(email));

export const people = ({ db }: SqlDatabase): PersonStore => ({
  async upsertPerson({ newSub, ...known }, now) {
    const row = await db
      .insertInto('people')
      .values({ ...person.encode({ ...known, sub: newSub }), emailKey: keyOf(known), createdAt: now, updatedAt: now })
      .onConflict((conflict) =>
        conflict.columns(['issuer', 'idpSub']).doUpdateSet((eb) => ({
          upstream: eb.ref('excluded.upstream'),
          name: eb.fn.coalesce('excluded.name', 'people.name'),
          email: eb.fn.coalesce('excluded.email', 'people.email'),
          emailKey: eb.fn.coalesce('excluded.emailKey', 'people.emailKey'),
          updatedAt: now,
        })),
      )
      .returning(['sub', 'issuer', 'idpSub', 'upstream', 'name', 'email'])
      .executeTakeFirstOrThrow();
    return person.decode(row);
  },

  async getPerson(sub) {
    const row = await db
      .selectFrom('people')
      .select(['sub', 'issuer', 'idpSub', 'upstream', 'name', 'email'])
      .where('sub', '=', sub)
      .executeTakeFirst();
    return row && person.decode(row);
  },

  async findPeople({ issuer, idpSub, email }, { after, limit }) {
    const rows = await db
      .selectFrom('people')
      .select(['sub', 'issuer', 'idpSub', 'upstream', 'name', 'email'])
      .$if(issuer !== undefined, (query) => query.where('issuer', '=', issuer ?? ''))
      .$if(idpSub !== undefined, (query) => query.where('idpSub', '=', idpSub ?? ''))
      .$if(email !== undefined, (query) => query.where('emailKey', '=', emailKey(email ?? '')))
      .$if(after !== undefined, (query) => query.where('sub', '>', after ?? ''))
      .orderBy('sub')
      .limit(limit)
      .execute();
    return rows.map(person.decode);
  },
});
