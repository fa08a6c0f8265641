import type { Session } from '../model.ts';
import { sortedStamp } from '../signing-keys-stamp.ts';
import type { SessionStore } from '../store.ts';
import { consent } from './consents.ts';
import type { SqlDatabase } from './database.ts';
import {
  endGrant,
  endGrantsOf,
  endGrantsWhere,
  endReported,
  forgetPageSessionsOf,
  forgetPageSessionsWhere,
  initialState,
  isTombstoned,
  setGrantState,
} from './grants.ts';
import { person } from './people.ts';
import { prepared } from './prepared.ts';
import type { Reports } from './reports.ts';
import { codec } from './row.ts';
import type { Db } from './schema.ts';
import { stampOfKeys } from './signing-keys.ts';
import { site } from './sites.ts';

const session = codec<Session, 'claims'>('claims');

export const sessions = (database: SqlDatabase, reports: Reports): SessionStore => {
  const { db, transaction, exclusively, quick } = database;
  const byId = prepared(database, (db, { id }: { id: string }) =>
    db.selectFrom('sessions').selectAll().where('id', '=', id),
  );

  const withAuthority = prepared(
    database,
    (db, { id, origin, resource }: { id: string; origin: string; resource: string }) =>
      db
        .selectFrom('sessions')
        .innerJoin('people', 'people.sub', 'sessions.sub')
        .leftJoin('consents', (join) =>
          join
            .onRef('consents.sub', '=', 'sessions.sub')
            .on('consents.origin', '=', origin)
            .on('consents.resource', '=', resource),
        )
        .leftJoin('sites', (join) => join.onRef('sites.sub', '=', 'sessions.sub').on('sites.origin', '=', origin))
        .selectAll('sessions')
        .select([
          'people.idpSub',
          'people.upstream as personUpstream',
          'people.name',
          'people.email',
          'consents.scopes',
          'consents.grantedAt',
          'sites.refusedAt',
          'sites.lastUsedAt as siteUsedAt',
          'sites.lastUsedFrom as siteUsedFrom',
          stampOfKeys(database.dialect).as('signingKeys'),
        ])
        .where('sessions.id', '=', id),
  );

  /** Whether the session was ended, other than by being replaced, since `beganAt`. */
  async function wasEndedSince(trx: Db, id: string, beganAt: number): Promise<boolean> {
    const row = await trx
      .selectFrom('sessions')
      .select('id')
      .where('id', '=', id)
      .where('state', '=', 'ended')
      .where('endReason', '<>', 'replaced')
      .where('endedAt', '>=', beganAt)
      .executeTakeFirst();
    return row !== undefined;
  }

  return {
    async insertSession(values, report, beganAt = values.createdAt) {
      const outcome = await transaction(async (trx) => {
        const { predecessor, sid = null } = values;
        const isEnded =
          (await isTombstoned(trx, values, { beganAt, sid })) ||
          (predecessor !== undefined && (await wasEndedSince(trx, predecessor, beganAt)));
        if (isEnded) return 'tombstoned' as const;
        const state = await initialState(trx, values, { beganAt });
        await trx
          .insertInto('sessions')
          .values(session.encode({ ...values, ...state }))
          .execute();
        await reports.write(trx, report);
        return 'inserted' as const;
      });
      reports.tell();
      return outcome;
    },

    async getSession(id) {
      const row = await byId({ id });
      return row && session.decode(row);
    },

    async getAuthority(id, origin, resource) {
      const row = await withAuthority({ id, origin, resource });
      if (!row) return undefined;
      const { idpSub, personUpstream: upstream, name, email, scopes, grantedAt, ...others } = row;
      const { refusedAt, siteUsedAt: lastUsedAt, siteUsedFrom: lastUsedFrom, signingKeys, ...own } = others;
      const { sub, issuer } = own;
      return {
        session: session.decode(own),
        person: person.decode({ sub, issuer, idpSub, upstream, name, email }),
        consent:
          scopes === null || grantedAt === null
            ? undefined
            : consent.decode({ sub, origin, resource, scopes, grantedAt }),
        site: site.decode({ sub, origin, refusedAt, lastUsedAt, lastUsedFrom }),
        signingKeys: sortedStamp(signingKeys ?? ''),
      };
    },

    async touchSession(id, idleExpiresAt, { at, from }) {
      await quick((db) =>
        db
          .updateTable('sessions')
          .set({ idleExpiresAt, lastUsedAt: at, lastUsedFrom: from ?? null })
          .where('id', '=', id)
          .where('state', '<>', 'ended')
          .where('idleExpiresAt', '<', idleExpiresAt)
          .execute(),
      );
    },

    async activateSession(id, now, report) {
      await transaction(async (trx) => {
        const row = await trx.selectFrom('sessions').select('predecessor').where('id', '=', id).executeTakeFirst();
        if (!row?.predecessor) return;
        const ended = await endGrant(trx, 'session', row.predecessor, 'replaced', now);
        await trx.updateTable('sessions').set({ predecessor: null }).where('id', '=', id).execute();
        if (ended) await reports.write(trx, report);
      });
      reports.tell();
    },

    setSessionState: (id, from, to) => setGrantState(db, 'session', id, from, to),

    endSession: (id, reason, now, report) => endReported(database, reports, 'session', { id, reason, now, report }),

    async listSessions(sub) {
      const rows = await db
        .selectFrom('sessions')
        .selectAll()
        .where('sub', '=', sub)
        .where('state', '<>', 'ended')
        .orderBy('createdAt', 'desc')
        .orderBy('id')
        .execute();
      return rows.map(session.decode);
    },

    async endSessionsOf(who, olderThan, reason, now, report) {
      const ended = await transaction(async (trx) => {
        await forgetPageSessionsOf(trx, who, olderThan);
        const rows = await endGrantsOf(trx, 'session', who, { olderThan, reason, now });
        await reports.write(trx, report?.(rows));
        return rows.map(({ id }) => id);
      });
      reports.tell();
      return ended;
    },

    async endSignInsWhere(kind, filter, { limit, reason, now, report }) {
      const end = async (trx: Db) => {
        if (kind === 'session') await forgetPageSessionsWhere(trx, filter);
        const rows = await endGrantsWhere(trx, kind, filter, { limit, reason, now });
        if (rows.length > 0) await reports.write(trx, report(rows));
        return rows;
      };
      // One batch at a time over all processes: two that run into each other would wait for each other's rows.
      let ended = await exclusively('end-sign-ins', end);
      // Serializable, like the inserts: one that is under way, and has seen no tombstone yet, fails or is seen here.
      if (ended.length === 0) ended = await transaction(end);
      reports.tell();
      return ended;
    },
  };
};
