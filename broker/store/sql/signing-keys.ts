import type { SigningKey } from '../model.ts';
import type { SigningKeyStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import { preparedRows } from './prepared.ts';
import type { Reports } from './reports.ts';
import { codec } from './row.ts';

const signingKey = codec<SigningKey, 'publicJwk'>('publicJwk');

export const signingKeys = ({ db, transaction }: SqlDatabase, reports: Reports): SigningKeyStore => {
  // Brokers read the keys before each use.
  const all = preparedRows((db) => db.selectFrom('signingKeys').selectAll().orderBy('createdAt').orderBy('kid'));
  return {
    async listSigningKeys() {
      const rows = await all(db, {});
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

    async setSigningKeyState(kid, state, notAfter, report) {
      const isKnown = await transaction(async (trx) => {
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
        await reports.write(trx, report);
        return true;
      });
      reports.tell();
      return isKnown;
    },

    async revokeSigningKeys(kids, spares, report) {
      const result = await transaction(async (trx) => {
        const gone = await trx
          .deleteFrom('signingKeys')
          .$if(kids !== 'all', (query) => query.where((eb) => eb.or([...kids].map((kid) => eb('kid', '=', kid)))))
          .returning('kid')
          .execute();
        await trx
          .updateTable('signingKeys')
          .set({ state: 'active' })
          .where('state', '=', 'next')
          .where(({ not, exists, selectFrom }) =>
            not(exists(selectFrom('signingKeys as other').select('other.kid').where('other.state', '=', 'active'))),
          )
          .execute();
        const kidOf: Record<string, string> = {};
        for (const [index, state] of (['active', 'next'] as const).entries()) {
          const found = await trx.selectFrom('signingKeys').select('kid').where('state', '=', state).executeTakeFirst();
          const spare = spares[index] as SigningKey;
          if (!found) {
            await trx
              .insertInto('signingKeys')
              .values(signingKey.encode({ ...spare, state }))
              .execute();
          }
          kidOf[state] = (found ?? spare).kid;
        }
        const changed = { revoked: gone.map(({ kid }) => kid), active: kidOf.active ?? '', next: kidOf.next ?? '' };
        await reports.write(trx, report?.(changed));
        return changed;
      });
      reports.tell();
      return result;
    },
  };
};
