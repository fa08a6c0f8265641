import type { Person } from '../model.ts';
import type { PersonStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import { codec } from './row.ts';

export const person = codec<Person>();

export const people = ({ db }: SqlDatabase): PersonStore => ({
  async upsertPerson({ newSub, ...known }, now) {
    const row = await db
      .insertInto('people')
      .values({ ...person.encode({ ...known, sub: newSub }), createdAt: now, updatedAt: now })
      .onConflict((conflict) =>
        conflict.columns(['issuer', 'idpSub']).doUpdateSet((eb) => ({
          upstream: eb.ref('excluded.upstream'),
          name: eb.fn.coalesce('excluded.name', 'people.name'),
          email: eb.fn.coalesce('excluded.email', 'people.email'),
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
      .$if(email !== undefined, (query) =>
        query.where((eb) => eb(eb.fn('lower', ['email']), '=', email?.toLowerCase() ?? '')),
      )
      .$if(after !== undefined, (query) => query.where('sub', '>', after ?? ''))
      .orderBy('sub')
      .limit(limit)
      .execute();
    return rows.map(person.decode);
  },
});
