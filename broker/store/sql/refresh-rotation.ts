import type { RotationStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';

export const refreshRotation = ({ db }: SqlDatabase): RotationStore => ({
  async getRotation({ issuer, clientId }) {
    const row = await db
      .selectFrom('refreshRotation')
      .select('rotates')
      .where('issuer', '=', issuer)
      .where('clientId', '=', clientId)
      .executeTakeFirst();
    return row?.rotates;
  },

  async noteRotation({ issuer, clientId }, rotates, now) {
    await db
      .insertInto('refreshRotation')
      .values({ issuer, clientId, rotates, seenAt: now })
      .onConflict((conflict) => conflict.columns(['issuer', 'clientId']).doUpdateSet({ rotates, seenAt: now }))
      .execute();
  },
});
