import type { SigningKey } from '../model.ts';
import type { SigningKeyStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import { codec } from './row.ts';

const signingKey = codec<SigningKey, 'publicJwk'>('publicJwk');

export const signingKeys = ({ db, transaction }: SqlDatabase): SigningKeyStore => ({
  async listSigningKeys() {
    const rows = await db.selectFrom('signingKeys').selectAll().orderBy('createdAt').orderBy('kid').execute();
    return rows.map(signingKey.decode);
  },

  async insertSigningKey(key) {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('signingKeys')
      .values(signingKey.encode(key))
      // Relies on the unique index on `state`: only one key can be `active` and only one `next`.
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  },

  setSigningKeyState(kid, state, notAfter) {
    return transaction(async (trx) => {
      const key = await trx.selectFrom('signingKeys').select('state').where('kid', '=', kid).executeTakeFirst();
      if (!key || key.state === state) return key !== undefined;
      if (state === 'active') {
        await trx
          .updateTable('signingKeys')
          .set({ state: 'retired', notAfter: notAfter ?? null })
          .where('state', '=', 'active')
          .execute();
      }
      await trx
        .updateTable('signingKeys')
        .set({ state, notAfter: state === 'retired' ? (notAfter ?? null) : null })
        .where('kid', '=', kid)
        .execute();
      return true;
    });
  },
});
