import type { Revocation } from '../model.ts';
import type { RevocationStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import { codec } from './row.ts';
import { tombstoneKey } from './tombstones.ts';

/** How long a replica may be away and still catch up on revocations: a day. */
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
      // In a serializable transaction, and so are the inserts that look for it: one of the two sees the other.
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
      // One after the other: numbers become visible in their order, and a reader misses none.
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
