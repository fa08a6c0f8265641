import type { LimitStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import { prepared } from './prepared.ts';

export const limits = (database: SqlDatabase): LimitStore => {
  const { db, quick } = database;
  const insertUnlessThere = prepared(
    database,
    (db, { key, expiresAt, now }: { key: string; expiresAt: number; now: number }) =>
      db
        .insertInto('replay')
        .values({ key, expiresAt })
        .onConflict((conflict) =>
          conflict.column('key').doUpdateSet({ expiresAt }).where('replay.expiresAt', '<=', now),
        )
        .returning('key'),
    { isQuick: true },
  );

  const countHit = prepared(
    database,
    (db, { key, resetsAt, now }: { key: string; resetsAt: number; now: number }) =>
      db
        .insertInto('rateLimits')
        .values({ key, count: 1, resetsAt })
        .onConflict((conflict) =>
          conflict.column('key').doUpdateSet((eb) => {
            const over = eb('rateLimits.resetsAt', '<=', now);
            return {
              count: eb
                .case()
                .when(over)
                .then(eb.lit(1))
                .else(eb('rateLimits.count', '+', eb.lit(1)))
                .end(),
              resetsAt: eb
                .case()
                .when(over)
                .then(eb.ref('excluded.resetsAt'))
                .else(eb.ref('rateLimits.resetsAt'))
                .end(),
            };
          }),
        )
        .returning(['count', 'resetsAt']),
    { isQuick: true },
  );

  return {
    async rememberOnce(key, expiresAt, now) {
      return (await insertUnlessThere({ key, expiresAt, now })) !== undefined;
    },

    async hit(key, windowMs, now) {
      const row = await countHit({ key, resetsAt: now + windowMs, now });
      if (!row) throw new Error('the store has not counted a hit');
      return row;
    },

    async takeBack(key, resetsAt) {
      await quick((db) =>
        db
          .updateTable('rateLimits')
          .set((eb) => ({ count: eb('count', '-', eb.lit(1)) }))
          .where('key', '=', key)
          .where('resetsAt', '=', resetsAt)
          .where('count', '>', 0)
          .execute(),
      );
    },

    async peek(key, now) {
      const row = await db
        .selectFrom('rateLimits')
        .select('count')
        .where('key', '=', key)
        .where('resetsAt', '>', now)
        .executeTakeFirst();
      return row?.count ?? 0;
    },
  };
};
