import type { Revocation } from '../model.ts';
import type { RevocationStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import { codec } from './row.ts';
import { tombstoneKey } from './tombstones.ts';

/** How long a replica can be offline and still catch up on revocations: one day. */
const revocationLifeMs = 86_400_000;

const revocation = codec<Revocation, 'event'>('event');

export const revocations = ({ db, transaction, exclusively, wake, listen }: SqlDatabase): RevocationStore => {
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  let stopListening: (() => void) | undefined;

  return {
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
      // Appends are serialized, so sequence numbers become visible in order and readers miss none.
      const appended = await exclusively('revocations', async (trx) => {
        const { seq } = await trx
          .insertInto('revocations')
          .values({ ...revocation.encode({ event, at: now }), expiresAt: now + revocationLifeMs })
          .returning('seq')
          .executeTakeFirstOrThrow();
        await wake(trx);
        return seq;
      });
      tell();
      return appended;
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

    onRevocation(listener) {
      listeners.add(listener);
      stopListening ??= listen(tell);
      return () => {
        listeners.delete(listener);
        if (listeners.size > 0) return;
        stopListening?.();
        stopListening = undefined;
      };
    },
  };
};
