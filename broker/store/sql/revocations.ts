import type { Revocation } from '../model.ts';
import type { RevocationStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import type { Reports } from './reports.ts';
import { codec } from './row.ts';
import { tombstoneKey } from './tombstones.ts';

const revocation = codec<Revocation, 'event'>('event');

export const revocations = ({ db, transaction, exclusively }: SqlDatabase, reports: Reports): RevocationStore => ({
  async addTombstone({ iat, ...target }, expiresAt) {
    // This transaction and the inserts that check for tombstones are serializable, so one always sees the other.
    const news = await transaction((trx) =>
      trx
        .insertInto('tombstones')
        .values({ ...tombstoneKey(target), iat, expiresAt })
        .onConflict((conflict) =>
          conflict
            .columns(['issuer', 'kind', 'value'])
            .doUpdateSet({ iat, expiresAt })
            .whereRef('tombstones.iat', '<', 'excluded.iat'),
        )
        .returning('iat')
        .executeTakeFirst(),
    );
    return news !== undefined;
  },

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
