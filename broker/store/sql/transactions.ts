import type { TransactionKind, TransactionStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import { codec } from './row.ts';
import type { Db, SignInTransaction } from './schema.ts';

const transaction = codec<SignInTransaction, 'data'>('data');

async function read(db: Db, id: string, kind: TransactionKind, now: number) {
  const row = await db
    .selectFrom('transactions')
    .selectAll()
    .where('id', '=', id)
    .where('kind', '=', kind)
    .where('expiresAt', '>', now)
    .executeTakeFirst();
  return row && transaction.decode(row).data;
}

export const transactions = ({ db, transaction: atomically }: SqlDatabase): TransactionStore => ({
  async putTransaction(values) {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('transactions')
      .values(transaction.encode(values))
      .onConflict((conflict) => conflict.column('id').doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  },

  readTransaction: (id, kind, now) => read(db, id, kind, now),

  changeTransaction: ({ id, kind, expiresAt }, now, change) =>
    atomically(async (trx) => {
      const before = await read(trx, id, kind, now);
      const data = change(before);
      if (!data) return undefined;
      const values = transaction.encode({ id, kind, data, expiresAt });
      // An upsert would bring back a row that another replica has consumed since. An update of it starts this anew.
      if (before) await trx.updateTable('transactions').set(values).where('id', '=', id).execute();
      else
        await trx
          .insertInto('transactions')
          .values(values)
          .onConflict((conflict) => conflict.column('id').doUpdateSet(values))
          .execute();
      return data;
    }),

  async consumeTransaction(id, kind, now) {
    const row = await db
      .deleteFrom('transactions')
      .where('id', '=', id)
      .where('kind', '=', kind)
      .where('expiresAt', '>', now)
      .returningAll()
      .executeTakeFirst();
    return row && transaction.decode(row).data;
  },
});
