import type { IssuerStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import type { Reports } from './reports.ts';
import type { Db, Schema } from './schema.ts';

type PersonRow = Schema['people'];

export const issuers = ({ db, transaction }: SqlDatabase, reports: Reports): IssuerStore => ({
  async listIssuers() {
    const rows = await db
      .selectFrom('people')
      .select((eb) => ['issuer', eb.fn.countAll<number>().as('people')])
      .groupBy('issuer')
      .orderBy('issuer')
      .execute();
    return rows.map(({ issuer, people }) => ({ issuer, people: Number(people) }));
  },

  async movePeople(move, { after, limit }, report) {
    const result = await transaction(async (trx) => {
      const people = await trx
        .selectFrom('people')
        .selectAll()
        .where('issuer', '=', move.from)
        .$if(after !== undefined, (query) => query.where('sub', '>', after ?? ''))
        .orderBy('sub')
        .limit(limit)
        .execute();
      const counts = { moved: 0, merged: 0, left: 0, sessions: 0, devices: 0 };
      for (const person of people) {
        const idpSub = move.subjectOf(person.idpSub);
        if (idpSub === undefined) {
          counts.left += 1;
          continue;
        }
        counts.sessions += await requireSignIn(trx, 'sessions', person);
        counts.devices += await requireSignIn(trx, 'deviceSessions' as 'sessions', person);
        await trx.deleteFrom('pageSessions').where('sub', '=', person.sub).execute();
        const { sub, merged } = await moveOne(trx, person, { issuer: move.to, idpSub });
        counts.moved += 1;
        if (merged !== undefined) counts.merged += 1;
        await reports.write(trx, report({ sub, merged }));
      }
      return { ...counts, after: people.length < limit ? undefined : people.at(-1)?.sub };
    });
    reports.tell();
    return result;
  },
});

/** The grants of the old issuer are over. Those of the new one, if a person has both, go on. */
async function requireSignIn(trx: Db, table: 'sessions', { sub, issuer }: PersonRow): Promise<number> {
  const { numUpdatedRows } = await trx
    .updateTable(table)
    .set({ state: 'reauth_required' })
    .where('sub', '=', sub)
    .where('issuer', '=', issuer)
    .where('state', 'in', ['active', 'recheck'])
    .executeTakeFirstOrThrow();
  return Number(numUpdatedRows);
}

async function moveOne(
  trx: Db,
  person: PersonRow,
  { issuer, idpSub }: { issuer: string; idpSub: string },
): Promise<{ sub: string; merged?: string }> {
  const known = await trx
    .selectFrom('people')
    .selectAll()
    .where('issuer', '=', issuer)
    .where('idpSub', '=', idpSub)
    .executeTakeFirst();
  if (!known) {
    await trx.updateTable('people').set({ issuer, idpSub }).where('sub', '=', person.sub).execute();
    return { sub: person.sub };
  }
  const [older, newer] = known.createdAt < person.createdAt ? [known, person] : [person, known];
  await takeDecisions(trx, older.sub, newer.sub, known.sub);
  for (const table of ['sessions', 'deviceSessions', 'deviceGrants', 'pageSessions'] as const) {
    await trx
      .updateTable(table as 'sessions')
      .set({ sub: older.sub })
      .where('sub', '=', newer.sub)
      .execute();
  }
  await trx.deleteFrom('people').where('sub', '=', newer.sub).execute();
  const { upstream, name, email, emailKey } = known;
  await trx
    .updateTable('people')
    .set({ issuer, idpSub, upstream, name, email, emailKey })
    .where('sub', '=', older.sub)
    .execute();
  return { sub: older.sub, merged: newer.sub };
}

/**
 * Gives one person the consents and the other decisions of another.
 *
 * @param latest whose decision counts where both have made one: a consent, or a "never", which excludes consents
 */
async function takeDecisions(trx: Db, to: string, from: string, latest: string): Promise<void> {
  const loser = latest === to ? from : to;
  const { consents, refused, sites } = await decisionsOf(trx, latest);
  for (const { origin, resource } of consents) {
    await trx
      .deleteFrom('consents')
      .where('sub', '=', loser)
      .where('origin', '=', origin)
      .where('resource', '=', resource)
      .execute();
    await trx
      .updateTable('sites')
      .set({ refusedAt: null })
      .where('sub', '=', loser)
      .where('origin', '=', origin)
      .execute();
  }
  for (const origin of refused) {
    await trx.deleteFrom('consents').where('sub', '=', loser).where('origin', '=', origin).execute();
  }
  for (const origin of sites) {
    await trx.deleteFrom('sites').where('sub', '=', loser).where('origin', '=', origin).execute();
  }
  // A "never" of the other one stands where the latest has neither a consent nor a row of the site.
  for (const table of ['consents', 'sites'] as const) {
    await trx
      .updateTable(table as 'sites')
      .set({ sub: to })
      .where('sub', '=', from)
      .execute();
  }
}

async function decisionsOf(trx: Db, sub: string) {
  const consents = await trx.selectFrom('consents').select(['origin', 'resource']).where('sub', '=', sub).execute();
  const sites = await trx.selectFrom('sites').select(['origin', 'refusedAt']).where('sub', '=', sub).execute();
  return {
    consents,
    refused: sites.filter(({ refusedAt }) => refusedAt !== null).map(({ origin }) => origin),
    sites: sites.map(({ origin }) => origin),
  };
}
