import type { DeviceSession, NewDeviceSession } from '../model.ts';
import type { DeviceSessionStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import { endGrantsOf, endReported, initialState, setGrantState } from './grants.ts';
import type { Reports } from './reports.ts';
import { codec } from './row.ts';
import type { Db } from './schema.ts';

const deviceSession = codec<DeviceSession, 'claims' | 'scopes'>('claims', 'scopes');

/** Used when a device grant is redeemed. @param beganAt when the sign-in for "Allow" began */
export async function insertDeviceSession(trx: Db, values: NewDeviceSession, beganAt: number): Promise<void> {
  const state = await initialState(trx, values, { beganAt });
  await trx
    .insertInto('deviceSessions')
    .values(deviceSession.encode({ ...values, ...state }))
    .execute();
}

export const deviceSessions = (database: SqlDatabase, reports: Reports): DeviceSessionStore => {
  const { db, transaction, clock } = database;
  return {
    async getDeviceSession(id) {
      const row = await db.selectFrom('deviceSessions').selectAll().where('id', '=', id).executeTakeFirst();
      return row && deviceSession.decode(row);
    },

    async rotateRefreshToken(
      id,
      { version, expectCurrentHash, newCurrentHash, sealedRefresh, ringKid, jkt, now, from },
    ) {
      const { numUpdatedRows } = await db
        .updateTable('deviceSessions')
        .set({
          previousHash: expectCurrentHash,
          previousUsedAt: now,
          currentHash: newCurrentHash,
          sealedRefresh: sealedRefresh ?? null,
          ringKid: ringKid ?? null,
          version: version + 1,
          lastUsedAt: now,
          lastUsedFrom: from ?? null,
          ...(jkt === undefined ? {} : { jkt }),
        })
        .where('id', '=', id)
        .where('version', '=', version)
        .where('currentHash', '=', expectCurrentHash)
        .where('state', '<>', 'ended')
        .where((eb) => eb.or([eb('refreshingUntil', 'is', null), eb('refreshingUntil', '<=', clock())]))
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    async renameDeviceSession(id, name, report) {
      const renamed = await transaction(async (trx) => {
        const { numUpdatedRows } = await trx
          .updateTable('deviceSessions')
          .set({ name })
          .where('id', '=', id)
          .where('state', '<>', 'ended')
          .executeTakeFirstOrThrow();
        if (numUpdatedRows > 0n) await reports.write(trx, report);
        return numUpdatedRows > 0n;
      });
      reports.tell();
      return renamed;
    },

    setDeviceSessionState: (id, from, to) => setGrantState(db, 'device', id, from, to),

    endDeviceSession: (id, reason, now, report) =>
      endReported(database, reports, 'device', { id, reason, now, report }),

    async listDeviceSessions(sub) {
      const rows = await db
        .selectFrom('deviceSessions')
        .selectAll()
        .where('sub', '=', sub)
        .where('state', '<>', 'ended')
        .orderBy('createdAt', 'desc')
        .orderBy('id')
        .execute();
      return rows.map(deviceSession.decode);
    },

    async endDeviceSessionsOf(who, olderThan, reason, now, report) {
      const ended = await transaction(async (trx) => {
        const rows = await endGrantsOf(trx, 'device', who, { olderThan, reason, now });
        await reports.write(trx, report?.(rows));
        return rows.map(({ id }) => id);
      });
      reports.tell();
      return ended;
    },
  };
};
