import { describe, expect } from 'vitest';
import { id, parallel, type StoreTest, t0 } from './harness.ts';

const newTransaction = () => ({
  id: id(),
  kind: 'session' as const,
  data: { nonce: 'n', nested: { a: [1, 'x', null] } },
  expiresAt: t0 + 1_000,
});

export const transactions = (it: StoreTest) =>
  describe('sign-in transactions', () => {
    it('gives the data once', async ({ store }) => {
      const { id, kind, data, expiresAt } = newTransaction();
      expect(await store.putTransaction({ id, kind, data, expiresAt })).toBe(true);
      expect(await store.consumeTransaction(id, kind, t0)).toEqual(data);
      expect(await store.consumeTransaction(id, kind, t0)).toBeUndefined();
    });

    it('is read without being used up, as long as it lasts', async ({ store }) => {
      const { id, kind, data, expiresAt } = newTransaction();
      await store.putTransaction({ id, kind, data, expiresAt });
      expect(await store.readTransaction(id, kind, t0)).toEqual(data);
      expect(await store.readTransaction(id, 'page', t0)).toBeUndefined();
      expect(await store.readTransaction(id, kind, expiresAt)).toBeUndefined();
      expect(await store.consumeTransaction(id, kind, t0)).toEqual(data);
      expect(await store.readTransaction(id, kind, t0)).toBeUndefined();
    });

    it('keeps the first of an id', async ({ store }) => {
      const first = newTransaction();
      await store.putTransaction(first);
      expect(await store.putTransaction({ ...first, data: { nonce: 'other' } })).toBe(false);
      expect(await store.consumeTransaction(first.id, first.kind, t0)).toEqual(first.data);
    });

    it('gives nothing for another kind, and leaves it there', async ({ store }) => {
      const { id, ...rest } = newTransaction();
      await store.putTransaction({ id, ...rest });
      expect(await store.consumeTransaction(id, 'page', t0)).toBeUndefined();
      expect(await store.consumeTransaction(id, 'session', t0)).toEqual(rest.data);
    });

    it('gives nothing at or after its expiry, and all a moment before', async ({ store }) => {
      const late = newTransaction();
      const timely = newTransaction();
      await store.putTransaction(late);
      await store.putTransaction(timely);
      expect(await store.consumeTransaction(late.id, late.kind, late.expiresAt)).toBeUndefined();
      expect(await store.consumeTransaction(timely.id, timely.kind, timely.expiresAt - 1)).toEqual(timely.data);
    });

    it('gives nothing for an unknown id', async ({ store }) => {
      expect(await store.consumeTransaction(id(), 'session', t0)).toBeUndefined();
    });

    it('gives the data to one of 50 at once', async ({ subject }) => {
      const transaction = newTransaction();
      await subject.store.putTransaction(transaction);
      const got = await parallel(50, subject.replicas, (store) =>
        store.consumeTransaction(transaction.id, transaction.kind, t0),
      );
      expect(got.filter((data) => data !== undefined)).toEqual([transaction.data]);
    });
  });
