import type { TransactionStore } from '../store.ts';
import type { SqlDatabase } from './database.ts';
import { codec } from './row.ts';
import type { SignInTransaction } from './schema.ts';

const transaction = codec<SignInTransaction, 'data'>('data');

export const transactions = ({ db }: SqlDatabase): TransactionStore => ({
  async putTransaction(values) {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto('transactions')
      .values(transaction.encode(values))
      .onConflict((conflict) => conflict.column('id').doNothing())
      .executeTakeFirstOrThrow();
    return numInsertedOrUpdatedRows === 1n;
  },

  async readTransaction(id, kind, now) {
    const row = await db
      .selectFrom('transactions')
      .selectAll()
      .where('id', '=', id)
      .where('kind', '=', kind)
      .where('expiresAt', '>', now)
      .executeTakeFirst();
    return row && transaction.decode(row).data;
  },

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
