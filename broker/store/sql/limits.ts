import type { LimitStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import { prepared } from './prepared.ts';

export const limits = ({ db, quick }: SqlDatabase): LimitStore => {
  const insertUnlessThere = prepared((db, { key, expiresAt, now }: { key: string; expiresAt: number; now: number }) =>
    db
      .insertInto('replay')
      .values({ key, expiresAt })
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ expiresAt }).where('replay.expiresAt', '<=', now))
      .returning('key'),
  );

  return {
    async rememberOnce(key, expiresAt, now) {
      return (await quick((db) => insertUnlessThere(db, { key, expiresAt, now }))) !== undefined;
    },

    hit(key, windowMs, now) {
      const resetsAt = now + windowMs;
      return quick((db) =>
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
          .returning(['count', 'resetsAt'])
          .executeTakeFirstOrThrow(),
      );
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
