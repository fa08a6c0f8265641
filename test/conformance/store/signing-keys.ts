import { describe, expect } from 'vitest';
import { signingKeysStamp } from '../../../broker/store/signing-keys-stamp.ts';
import type { Store } from '../../../broker/store/store.ts';
import { countOf, id, insertedSession, newSigningKey, parallel, type StoreTest, t0 } from './harness.ts';

const states = async (store: Store) =>
  Object.fromEntries((await store.listSigningKeys()).map(({ kid, state, notAfter }) => [kid, [state, notAfter]]));

export const signingKeys = (it: StoreTest) =>
  describe('signing keys', () => {
    it('give back what was put in, oldest first', async ({ store }) => {
      const active = newSigningKey('active');
      const next = { ...newSigningKey('next'), createdAt: t0 + 1 };
      const retired = { ...newSigningKey('retired'), createdAt: t0 - 1, notAfter: t0 + 5 };
      for (const key of [next, active, retired]) expect(await store.insertSigningKey(key)).toBe(true);
      expect(await store.listSigningKeys()).toEqual([retired, active, next]);
    });

    it('are read with what a token is decided on, whatever happens to them', async ({ store, person }) => {
      const session = await insertedSession(store, person);
      const stamp = async () =>
        (await store.getAuthority(session.id, 'https://shop.example.com', 'https://api.example.com'))?.signingKeys;
      const changes: (() => Promise<unknown>)[] = [
        async () => undefined,
        () => store.insertSigningKey(newSigningKey('active')),
        () => store.insertSigningKey({ ...newSigningKey('next'), alg: 'RS256' }),
        async () => {
          const next = newSigningKey('next');
          await store.insertSigningKey(next);
          await store.setSigningKeyState(next.kid, 'active', t0 + 9);
        },
        () => store.revokeSigningKeys('all', [newSigningKey('active')]),
      ];
      const seen = new Set<string | undefined>();
      for (const change of changes) {
        await change();
        expect(await stamp()).toBe(signingKeysStamp(await store.listSigningKeys()));
        seen.add(await stamp());
      }
      expect(seen.size).toBe(changes.length);
    });

    it('are one active and one next at most, and any number retired', async ({ store }) => {
      for (const state of ['active', 'next'] as const) {
        expect(await store.insertSigningKey(newSigningKey(state))).toBe(true);
        expect(await store.insertSigningKey(newSigningKey(state))).toBe(false);
      }
      for (const state of ['retired', 'retired'] as const) {
        expect(await store.insertSigningKey(newSigningKey(state))).toBe(true);
      }
      expect(await store.listSigningKeys()).toHaveLength(4);
    });

    it('are one active and one next for each algorithm, and retire apart', async ({ store }) => {
      const old = newSigningKey('active');
      const rsa = { ...newSigningKey('active'), alg: 'RS256', createdAt: t0 + 1 } as const;
      const next = { ...newSigningKey('next'), alg: 'ES256', createdAt: t0 + 2 } as const;
      for (const key of [old, rsa, next]) expect(await store.insertSigningKey(key)).toBe(true);
      // A key without an algorithm is from before algorithms were configurable.
      for (const alg of ['ES256', 'RS256'] as const) {
        expect(await store.insertSigningKey({ ...newSigningKey('active'), alg })).toBe(false);
      }
      expect(await store.setSigningKeyState(next.kid, 'active', t0 + 9)).toBe(true);
      expect(await states(store)).toEqual({
        [old.kid]: ['retired', t0 + 9],
        [rsa.kid]: ['active', undefined],
        [next.kid]: ['active', undefined],
      });
      expect((await store.listSigningKeys()).map(({ alg }) => alg)).toEqual([undefined, 'RS256', 'ES256']);
    });

    it('end with one active key when 20 start at once', async ({ subject, store }) => {
      const done = await parallel(20, subject.replicas, (replica) => replica.insertSigningKey(newSigningKey('active')));
      expect(countOf(done, true)).toBe(1);
      expect(await store.listSigningKeys()).toHaveLength(1);
    });

    it('retire the active key as the next takes over, and never have none', async ({ store }) => {
      const active = newSigningKey('active');
      const next = newSigningKey('next');
      await store.insertSigningKey(active);
      await store.insertSigningKey(next);
      expect(await store.setSigningKeyState(next.kid, 'active', t0 + 9)).toBe(true);
      expect(await states(store)).toEqual({
        [active.kid]: ['retired', t0 + 9],
        [next.kid]: ['active', undefined],
      });
      expect(await store.setSigningKeyState(next.kid, 'active', t0 + 10)).toBe(true);
      expect(await states(store)).toMatchObject({ [next.kid]: ['active', undefined] });
    });

    it('retire with an end, and change nothing for an unknown key', async ({ store }) => {
      const active = newSigningKey('active');
      await store.insertSigningKey(active);
      expect(await store.setSigningKeyState(id(), 'active', t0 + 9)).toBe(false);
      expect(await states(store)).toEqual({ [active.kid]: ['active', undefined] });
      expect(await store.setSigningKeyState(active.kid, 'retired', t0 + 9)).toBe(true);
      expect(await states(store)).toEqual({ [active.kid]: ['retired', t0 + 9] });
    });

    it('are gone when revoked, and the next one signs', async ({ store }) => {
      const [active, next, retired] = (['active', 'next', 'retired'] as const).map(newSigningKey);
      for (const key of [active, next, retired]) if (key) await store.insertSigningKey(key);
      const spares = [newSigningKey('active'), newSigningKey('next')] as const;
      const kids = [active?.kid ?? '', retired?.kid ?? '', id()];
      const result = await store.revokeSigningKeys(kids, spares);
      expect(result).toEqual({ revoked: expect.anything(), active: [next?.kid], next: [spares[1].kid] });
      expect(result.revoked.sort()).toEqual([active?.kid, retired?.kid].sort());
      expect(await states(store)).toEqual({
        [next?.kid ?? '']: ['active', undefined],
        [spares[1].kid]: ['next', undefined],
      });
    });

    it('are all new when all are revoked, also by several at once', async ({ subject, store }) => {
      for (const state of ['active', 'next', 'retired'] as const) await store.insertSigningKey(newSigningKey(state));
      const old = Object.keys(await states(store));
      await parallel(6, subject.replicas, (replica) =>
        replica.revokeSigningKeys('all', [newSigningKey('active'), newSigningKey('next')]),
      );
      const found = await states(store);
      expect(
        Object.values(found)
          .map(([state]) => state)
          .sort(),
      ).toEqual(['active', 'next']);
      for (const kid of old) expect(found).not.toHaveProperty(kid);
    });

    it('have one active key after 10 rotations at once', async ({ subject, store }) => {
      const keys = Array.from({ length: 10 }, () => newSigningKey('retired'));
      for (const key of keys) await store.insertSigningKey(key);
      await parallel(10, subject.replicas, (replica, n) =>
        replica.setSigningKeyState(keys[n]?.kid ?? '', 'active', t0),
      );
      const found = (await store.listSigningKeys()).map(({ state }) => state);
      expect(countOf(found, 'active')).toBe(1);
    });
  });
