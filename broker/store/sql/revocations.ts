import type { Revocation } from '../model.ts';
import type { RevocationStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import { recheckGrantsOf } from './grants.ts';
import type { Reports } from './reports.ts';
import { codec } from './row.ts';
import type { Db } from './schema.ts';
import { hintRow, tombstoneRows } from './tombstones.ts';

const revocation = codec<Revocation, 'event'>('event');

export const revocations = ({ db, transaction, exclusively }: SqlDatabase, reports: Reports): RevocationStore => ({
  async addTombstone(tombstone, expiresAt, report) {
    const isNews = await transaction(async (trx) => {
      const added = await addRows(trx, tombstoneRows(tombstone), expiresAt);
      if (added.length > 0) await reports.write(trx, report);
      return added.length > 0;
    });
    reports.tell();
    return isNews;
  },

  async isTokenRevoked(jti) {
    const row = await db
      .selectFrom('tombstones')
      .select('iat')
      .where('issuer', '=', '')
      .where('kind', '=', 'token')
      .where('value', '=', jti)
      .executeTakeFirst();
    return row !== undefined;
  },

  async addHint(target, at, expiresAt) {
    // A transaction, because only those are serializable: a session inserted at the same moment must see the hint.
    await transaction((trx) => addRows(trx, [hintRow(target, at)], expiresAt));
  },

  recheckEverythingOf: (sub) =>
    transaction(
      async (trx) => (await recheckGrantsOf(trx, 'session', sub)) + (await recheckGrantsOf(trx, 'device', sub)),
    ),

  async appendRevocation(event, now) {
    const seq = await exclusively('revocations', (trx) => reports.append(trx, event, now));
    reports.tell();
    return seq;
  },

  async revocationsAfter(seq, limit) {
    const rows = await db
      .selectFrom('revocations')
      .select(['seq', 'event', 'at'])
      .where('seq', '>', seq)
      .orderBy('seq')
      .limit(limit)
      .execute();
    return rows.map(revocation.decode);
  },

  async lastRevocation() {
    const row = await db.selectFrom('revocations').select('seq').orderBy('seq', 'desc').limit(1).executeTakeFirst();
    return row?.seq ?? 0;
  },

  onRevocation: reports.onEvent,
});

/** This transaction and the inserts that check for tombstones are serializable, so one always sees the other. */
const addRows = (db: Db, rows: ReturnType<typeof tombstoneRows>, expiresAt: number): Promise<{ iat: number }[]> =>
  db
    .insertInto('tombstones')
    .values(rows.map((row) => ({ ...row, expiresAt })))
    .onConflict((conflict) =>
      conflict
        .columns(['issuer', 'kind', 'value'])
        .doUpdateSet((eb) => ({ iat: eb.ref('excluded.iat'), expiresAt }))
        .whereRef('tombstones.iat', '<', 'excluded.iat'),
    )
    .returning('iat')
    .execute();
