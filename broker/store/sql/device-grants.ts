import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import { type DeviceGrant, maxPollInterval, type SignInFilter } from '../model.ts';
import type { DeviceGrantStore, PollResult } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import { insertDeviceSession } from './device-sessions.ts';
import { isTombstoned } from './grants.ts';
import { prepared } from './prepared.ts';
import type { Reports } from './reports.ts';
import { codec } from './row.ts';
import type { Schema } from './schema.ts';

const deviceGrant = codec<DeviceGrant, 'claims' | 'scopes' | 'numbers'>('claims', 'scopes', 'numbers');
const decode = ({ slowed: _, ...row }: Schema['deviceGrants']): DeviceGrant => deviceGrant.decode(row);

/** Seconds that each `slow_down` adds to the interval (RFC 8628 §3.5). */
const slowDownStep = 5;

export const deviceGrants = (database: SqlDatabase, reports: Reports): DeviceGrantStore => {
  const { db, transaction } = database;
  const find = prepared(database, (db, { deviceCodeHash }: { deviceCodeHash: string }) =>
    db.selectFrom('deviceGrants').selectAll().where('deviceCodeHash', '=', deviceCodeHash),
  );

  type Poll = { deviceCodeHash: string; clientId: string; now: number; leewayMs: number };
  const poll = prepared(
    database,
    (db, { deviceCodeHash, clientId, now, leewayMs }: Poll) =>
      db
        .updateTable('deviceGrants')
        .set((eb) => {
          const dueAt = eb(eb('lastPollAt', '+', eb('interval', '*', eb.lit(1_000))), '-', leewayMs);
          const tooSoon = eb.and([eb('lastPollAt', 'is not', null), eb(dueAt, '>', now)]);
          const slower = eb.and([tooSoon, eb('interval', '<', eb.lit(maxPollInterval))]);
          const step = eb.case().when(slower).then(eb.lit(slowDownStep)).else(eb.lit(0)).end();
          return {
            lastPollAt: now,
            slowed: eb.case().when(tooSoon).then(eb.lit(1)).else(eb.lit(0)).end(),
            interval: eb('interval', '+', step),
          };
        })
        .where('deviceCodeHash', '=', deviceCodeHash)
        .where('clientId', '=', clientId)
        .where('state', '=', 'pending')
        .where('expiresAt', '>', now)
        .returningAll(),
    { isQuick: true },
  );

  return {
    async insertDeviceGrant(grant) {
      const { numInsertedOrUpdatedRows } = await db
        .insertInto('deviceGrants')
        .values({ ...deviceGrant.encode({ ...grant, state: 'pending' as const }), slowed: 0 })
        .onConflict((conflict) => conflict.column('userCodeHash').doNothing())
        .executeTakeFirstOrThrow();
      return numInsertedOrUpdatedRows === 1n ? 'inserted' : 'user_code_taken';
    },

    async getDeviceGrant(deviceCodeHash) {
      const row = await find({ deviceCodeHash });
      return row && decode(row);
    },

    async findDeviceGrantByUserCode(userCodeHash, now) {
      const row = await db
        .selectFrom('deviceGrants')
        .selectAll()
        .where('userCodeHash', '=', userCodeHash)
        .where('state', '=', 'pending')
        .where('expiresAt', '>', now)
        .executeTakeFirst();
      return row && decode(row);
    },

    async listDeviceGrantsNaming(accountKeys, now, limit) {
      if (accountKeys.length === 0) return [];
      const rows = await db
        .selectFrom('deviceGrants')
        .selectAll()
        .where('accountKey', 'in', accountKeys)
        .where('state', '=', 'pending')
        .where('expiresAt', '>', now)
        .orderBy('createdAt', 'desc')
        .orderBy('deviceCodeHash')
        .limit(limit)
        .execute();
      return rows.map(decode);
    },

    async pollDeviceGrant(deviceCodeHash, clientId, now, leewayMs): Promise<PollResult> {
      // A typical poll needs only this statement, so concurrent polls are serialized and each sees the previous one.
      const pending = await poll({ deviceCodeHash, clientId, now, leewayMs });
      if (pending) return { outcome: pending.slowed ? 'slow_down' : 'pending', grant: decode(pending) };

      const row = await find({ deviceCodeHash });
      if (!row) return { outcome: 'unknown' };
      if (row.clientId !== clientId) return { outcome: 'wrong_client' };
      return { outcome: row.expiresAt <= now ? 'expired' : row.state, grant: decode(row) };
    },

    async decideDeviceGrant(deviceCodeHash, { decision, ...values }, now, report) {
      const decided = await transaction(async (trx) => {
        const { numUpdatedRows } = await trx
          .updateTable('deviceGrants')
          .set({ ...deviceGrant.encode(values), state: decision === 'allow' ? 'allowed' : 'denied' })
          .where('deviceCodeHash', '=', deviceCodeHash)
          .where('state', '=', 'pending')
          .where('expiresAt', '>', now)
          .executeTakeFirstOrThrow();
        if (numUpdatedRows > 0n) await reports.write(trx, report);
        return numUpdatedRows > 0n;
      });
      reports.tell();
      return decided;
    },

    claimDeviceGrant(deviceCodeHash, now, { sealedGrant, resealed, deviceSession, beganAt = deviceSession.createdAt }) {
      return transaction(async (trx) => {
        const { clientId } = deviceSession;
        const dead = await isTombstoned(trx, deviceSession, { beganAt, clientId });
        const { numUpdatedRows } = await trx
          .updateTable('deviceGrants')
          .set(dead ? over('denied') : { sealedGrant: resealed })
          .where('deviceCodeHash', '=', deviceCodeHash)
          .where('clientId', '=', clientId)
          .where('sub', '=', deviceSession.sub)
          .where('sealedGrant', '=', sealedGrant)
          .where('state', '=', 'allowed')
          .where('expiresAt', '>', now)
          .executeTakeFirstOrThrow();
        if (numUpdatedRows === 0n || dead) return false;
        await insertDeviceSession(trx, deviceSession, beganAt);
        return true;
      });
    },

    async redeemDeviceGrant(deviceCodeHash, now, { id, absoluteExpiresAt, report }) {
      const isRedeemed = await transaction(async (trx) => {
        const grant = trx.updateTable('deviceGrants').where('deviceCodeHash', '=', deviceCodeHash);
        const { numUpdatedRows: spent } = await grant
          .set(over('redeemed'))
          .where('state', '=', 'allowed')
          .where('expiresAt', '>', now)
          .executeTakeFirstOrThrow();
        if (spent === 0n) return false;
        const { numUpdatedRows: prolonged } = await trx
          .updateTable('deviceSessions')
          .set({ absoluteExpiresAt })
          .where('id', '=', id)
          .where('state', '<>', 'ended')
          .executeTakeFirstOrThrow();
        if (prolonged === 0n) {
          await grant.set(over('denied')).execute();
          return false;
        }
        await reports.write(trx, report);
        return true;
      });
      reports.tell();
      return isRedeemed;
    },

    async denyGrantsOf(who) {
      await db
        .updateTable('deviceGrants')
        .set(over('denied'))
        .where((eb) => ('where' in who ? matches(eb, who.where) : eb.and(who)))
        .where('state', 'in', 'where' in who ? ['pending', 'allowed'] : ['allowed'])
        .execute();
    },
  };
};

/** A grant has no provider column: it is that of the person who allowed it. */
function matches(
  eb: ExpressionBuilder<Schema, 'deviceGrants'>,
  { upstream, ringKid, createdBefore }: SignInFilter,
): Expression<SqlBool> {
  const people = (name: string) => eb.selectFrom('people').select('people.sub').where('people.upstream', '=', name);
  return eb.and([
    ...(upstream === undefined ? [] : [eb('sub', 'in', people(upstream))]),
    ...(ringKid === undefined ? [] : [eb('ringKid', '=', ringKid)]),
    ...(createdBefore === undefined ? [] : [eb('createdAt', '<', createdBefore)]),
  ]);
}

/** Column values of a finished grant: all sealed data is erased. */
const over = (state: 'redeemed' | 'denied') => ({ state, sealedGrant: null });
