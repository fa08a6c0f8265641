import type { DeviceSession, NewDeviceSession } from '../model.ts';
import type { DeviceSessionStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import { endGrant, endGrantsOf, initialState, setGrantState } from './grants.ts';
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

export const deviceSessions = ({ db, transaction, clock }: SqlDatabase): DeviceSessionStore => ({
  async getDeviceSession(id) {
    const row = await db.selectFrom('deviceSessions').selectAll().where('id', '=', id).executeTakeFirst();
    return row && deviceSession.decode(row);
  },

  async rotateRefreshToken(id, { version, expectCurrentHash, newCurrentHash, sealedRefresh, ringKid, now, from }) {
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
      })
      .where('id', '=', id)
      .where('version', '=', version)
      .where('currentHash', '=', expectCurrentHash)
      .where('state', '<>', 'ended')
      .where((eb) => eb.or([eb('refreshingUntil', 'is', null), eb('refreshingUntil', '<=', clock())]))
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  },

  async renameDeviceSession(id, name) {
    const { numUpdatedRows } = await db
      .updateTable('deviceSessions')
      .set({ name })
      .where('id', '=', id)
      .where('state', '<>', 'ended')
      .executeTakeFirstOrThrow();
    return numUpdatedRows === 1n;
  },

  setDeviceSessionState: (id, from, to) => setGrantState(db, 'device', id, from, to),

  endDeviceSession: (id, reason, now) => endGrant(db, 'device', id, reason, now),

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

  endDeviceSessionsOf: (who, olderThan, reason, now) =>
    transaction((trx) => endGrantsOf(trx, 'device', who, { olderThan, reason, now })),
});
