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

    it('changes the data, or stores some, with a new expiry', async ({ store }) => {
      const { id, kind, data } = newTransaction();
      const change = (expiresAt: number, next: Record<string, unknown> | undefined) =>
        store.changeTransaction({ id, kind, expiresAt }, t0, (before) => next && { ...before, ...next });
      expect(await change(t0 + 1, undefined)).toBeUndefined();
      expect(await store.readTransaction(id, kind, t0)).toBeUndefined();
      expect(await change(t0 + 1, data)).toEqual(data);
      expect(await change(t0 + 9, { more: 1 })).toEqual({ ...data, more: 1 });
      expect(await change(t0 + 99, undefined)).toBeUndefined();
      expect(await store.readTransaction(id, kind, t0 + 8)).toEqual({ ...data, more: 1 });
      expect(await store.readTransaction(id, kind, t0 + 9)).toBeUndefined();
      // What has expired is as if it were not there.
      const anew = await store.changeTransaction({ id, kind, expiresAt: t0 + 99 }, t0 + 9, (before) => ({ before }));
      expect(anew).toEqual({ before: undefined });
    });

    it('loses none of 20 changes at once, and never shows that there is nothing', async ({ subject }) => {
      const { id, kind, expiresAt } = newTransaction();
      const seen = await parallel(20, subject.replicas, async (store) => {
        await store.changeTransaction({ id, kind, expiresAt }, t0, (data) => ({ count: Number(data?.count ?? 0) + 1 }));
        return store.readTransaction(id, kind, t0);
      });
      expect(seen).not.toContain(undefined);
      expect(await subject.store.readTransaction(id, kind, t0)).toEqual({ count: 20 });
    });

    it('brings nothing back that was consumed while it was changed', async ({ subject }) => {
      for (let round = 0; round < 30; round += 1) {
        const { id, kind, data, expiresAt } = newTransaction();
        await subject.store.putTransaction({ id, kind, data, expiresAt });
        const [, taken] = await parallel(2, subject.replicas, (store, index) =>
          index === 0
            ? store.changeTransaction({ id, kind, expiresAt }, t0, (before) => before && { ...before, changed: true })
            : store.consumeTransaction(id, kind, t0),
        );
        expect(taken).toBeDefined();
        expect(await subject.store.readTransaction(id, kind, t0)).toBeUndefined();
      }
    });
  });
