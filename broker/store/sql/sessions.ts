import type { Session } from '../model.ts';
import type { EndedEvent, SessionStore } from '../store.ts';
import { consent } from './consents.ts';
import type { SqlDatabase } from './database.ts';
import { endGrant, endGrantsOf, forgetPageSessionsOf, initialState, isTombstoned, setGrantState } from './grants.ts';
import { person } from './people.ts';
import { prepared } from './prepared.ts';
import type { RevocationLog } from './revocation-log.ts';
import { codec } from './row.ts';
import type { Db } from './schema.ts';
import { site } from './sites.ts';

const session = codec<Session, 'claims'>('claims');

export const sessions = ({ db, transaction, quick }: SqlDatabase, log: RevocationLog): SessionStore => {
  const byId = prepared((db, { id }: { id: string }) => db.selectFrom('sessions').selectAll().where('id', '=', id));

  const withAuthority = prepared((db, { id, origin, resource }: { id: string; origin: string; resource: string }) =>
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

  /** Runs `end`, and publishes what it has ended in the same transaction. */
  async function endAndTell(end: (trx: Db) => Promise<string[]>, now: number, event: EndedEvent | undefined) {
    const ended = await transaction(async (trx) => {
      const ids = await end(trx);
      if (event && ids.length > 0) await log.append(trx, event(ids), now);
      return ids;
    });
    if (event && ended.length > 0) log.tell();
    return ended;
  }

  return {
    insertSession(values, beganAt = values.createdAt) {
      return transaction(async (trx) => {
        const { predecessor, sid = null } = values;
        const isEnded =
          (await isTombstoned(trx, values, { beganAt, sid })) ||
          (predecessor !== undefined && (await wasEndedSince(trx, predecessor, beganAt)));
        if (isEnded) return 'tombstoned';
        const state = await initialState(trx, values, { beganAt });
        await trx
          .insertInto('sessions')
          .values(session.encode({ ...values, ...state }))
          .execute();
        return 'inserted';
      });
    },

    async getSession(id) {
      const row = await byId(db, { id });
      return row && session.decode(row);
    },

    async getAuthority(id, origin, resource) {
      const row = await withAuthority(db, { id, origin, resource });
      if (!row) return undefined;
      const { idpSub, personUpstream: upstream, name, email, scopes, grantedAt, ...others } = row;
      const { refusedAt, siteUsedAt: lastUsedAt, siteUsedFrom: lastUsedFrom, ...own } = others;
      const { sub, issuer } = own;
      return {
        session: session.decode(own),
        person: person.decode({ sub, issuer, idpSub, upstream, name, email }),
        consent:
          scopes === null || grantedAt === null
            ? undefined
            : consent.decode({ sub, origin, resource, scopes, grantedAt }),
        site: site.decode({ sub, origin, refusedAt, lastUsedAt, lastUsedFrom }),
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

    async activateSession(id, now, event) {
      const activate = async (trx: Db) => {
        const row = await trx.selectFrom('sessions').select('predecessor').where('id', '=', id).executeTakeFirst();
        if (!row?.predecessor) return [];
        await endGrant(trx, 'session', row.predecessor, 'replaced', now);
        await trx.updateTable('sessions').set({ predecessor: null }).where('id', '=', id).execute();
        return [row.predecessor];
      };
      await endAndTell(activate, now, event);
    },

    setSessionState: (id, from, to) => setGrantState(db, 'session', id, from, to),

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

    endSessionsOf(who, olderThan, reason, now, event) {
      const end = async (trx: Db) => {
        await forgetPageSessionsOf(trx, who, olderThan);
        return endGrantsOf(trx, 'session', who, { olderThan, reason, now });
      };
      return endAndTell(end, now, event);
    },
  };
};
