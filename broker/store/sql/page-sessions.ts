import type { PageSession } from '../model.ts';
import type { PageSessionStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import { isTombstoned } from './grants.ts';
import type { Reports } from './reports.ts';
import { codec } from './row.ts';

const pageSession = codec<PageSession, 'groups'>('groups');

export const pageSessions = ({ db, transaction }: SqlDatabase, reports: Reports): PageSessionStore => ({
  async insertPageSession(values, replaces, report, beganAt = values.issuedAt) {
    const outcome = await transaction(async (trx) => {
      if (replaces !== undefined) await trx.deleteFrom('pageSessions').where('id', '=', replaces).execute();
      if (await isTombstoned(trx, values, { beganAt, sid: values.sid ?? null })) return 'tombstoned' as const;
      await trx.insertInto('pageSessions').values(pageSession.encode(values)).execute();
      await reports.write(trx, report);
      return 'inserted' as const;
    });
    reports.tell();
    return outcome;
  },

  async getPageSession(id, now) {
    const row = await db
      .selectFrom('pageSessions')
      .innerJoin('people', 'people.sub', 'pageSessions.sub')
      .selectAll('pageSessions')
      .select(['people.name', 'people.email'])
      .where('id', '=', id)
      .where('expiresAt', '>', now)
      .executeTakeFirst();
    if (!row) return undefined;
    const { name, email, ...own } = row;
    return { session: pageSession.decode(own), person: { name: name ?? undefined, email: email ?? undefined } };
  },

  async endPageSession(id) {
    await db.deleteFrom('pageSessions').where('id', '=', id).execute();
  },
});
