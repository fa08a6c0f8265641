import { describe, expect } from 'vitest';
import type { LogoutTarget } from '../../../broker/store/store.ts';
import { id, issuer, minute, newPageSession, newPerson, parallel, type StoreTest, t0 } from './harness.ts';

const life = t0 + 60 * minute;

export const pageSessions = (it: StoreTest) =>
  describe('page sessions', () => {
    it('give back what was put in, and the person’s name, until they expire', async ({ store, person }) => {
      const session = newPageSession(person);
      expect(await store.insertPageSession(session, undefined)).toBe('inserted');
      const found = { session, person: { name: 'Ada', email: 'ada@example.com' } };
      expect(await store.getPageSession(session.id, session.expiresAt - 1)).toEqual(found);
      expect(await store.getPageSession(session.id, session.expiresAt)).toBeUndefined();
      expect(await store.getPageSession(id(), t0)).toBeUndefined();
      const { sid: _, ...bare } = newPageSession(person);
      await store.insertPageSession(bare, undefined);
      expect((await store.getPageSession(bare.id, t0))?.session).toEqual(bare);
    });

    it('take the place of the one before in that browser, and of no other', async ({ store, person }) => {
      const [before, elsewhere, after] = [newPageSession(person), newPageSession(person), newPageSession(person)];
      await store.insertPageSession(before, undefined);
      await store.insertPageSession(elsewhere, undefined);
      await store.insertPageSession(after, before.id);
      expect(await store.getPageSession(before.id, t0)).toBeUndefined();
      expect(await store.getPageSession(elsewhere.id, t0)).toBeDefined();
      expect(await store.getPageSession(after.id, t0)).toBeDefined();
    });

    it('end one by one, or all of a person', async ({ store, person }) => {
      const other = await store.upsertPerson(newPerson(), t0);
      const [first, second, others] = [newPageSession(person), newPageSession(person), newPageSession(other)];
      for (const session of [first, second, others]) await store.insertPageSession(session, undefined);
      await store.endPageSession(first.id);
      expect(await store.getPageSession(first.id, t0)).toBeUndefined();
      expect(await store.getPageSession(second.id, t0)).toBeDefined();
      await store.endSessionsOf({ sub: person.sub }, t0, 'person', t0);
      expect(await store.getPageSession(second.id, t0)).toBeUndefined();
      expect(await store.getPageSession(others.id, t0)).toBeDefined();
    });

    it('end with the browser sessions of a person or of a provider’s session, if they are older', async ({
      store,
      person,
    }) => {
      const sid = id();
      const whos: ({ sub: string } | LogoutTarget)[] = [
        { sub: person.sub },
        { issuer, idpSub: person.idpSub },
        { issuer, sid },
      ];
      for (const who of whos) {
        const [old, young] = [
          { ...newPageSession(person), sid },
          { ...newPageSession(person), sid, issuedAt: t0 + 1 },
        ];
        await store.insertPageSession(old, undefined);
        await store.insertPageSession(young, undefined);
        expect(await store.endSessionsOf(who, t0, 'logout', t0)).toEqual([]);
        expect(await store.getPageSession(old.id, t0)).toBeUndefined();
        expect(await store.getPageSession(young.id, t0)).toBeDefined();
      }
      const elsewhere = newPageSession(person);
      await store.insertPageSession(elsewhere, undefined);
      await store.endSessionsOf({ issuer, sid }, t0, 'logout', t0);
      expect(await store.getPageSession(elsewhere.id, t0)).toBeDefined();
    });

    it('are refused where the provider has ended what they would stand on', async ({ store, person }) => {
      const [before, dead] = [newPageSession(person), newPageSession(person)];
      await store.insertPageSession(before, undefined);
      await store.addTombstone({ issuer, sid: dead.sid ?? '', iat: t0 }, life);
      expect(await store.insertPageSession(dead, before.id)).toBe('tombstoned');
      expect(await store.getPageSession(dead.id, t0)).toBeUndefined();
      expect(await store.getPageSession(before.id, t0)).toBeUndefined();
      expect(await store.insertPageSession({ ...dead, issuedAt: t0 + 1 }, undefined)).toBe('inserted');
    });

    it('are all caught by a kill, also those that begin meanwhile', async ({ subject, store, person }) => {
      for (let round = 0; round < 6; round += 1) {
        const sid = id();
        const sessions = Array.from({ length: 6 }, () => ({ ...newPageSession(person), sid }));
        const inserting = parallel(6, subject.replicas, (replica, n) =>
          replica.insertPageSession(sessions[n] ?? newPageSession(person), undefined),
        );
        await store.addTombstone({ issuer, sid, iat: t0 }, life);
        await store.endSessionsOf({ issuer, sid }, t0, 'logout', t0);
        await inserting;
        for (const session of sessions) expect(await store.getPageSession(session.id, t0)).toBeUndefined();
      }
    });

    it('are collected when they have expired', async ({ store, person }) => {
      const session = newPageSession(person);
      await store.insertPageSession(session, undefined);
      expect(await store.collectExpired(session.expiresAt - 1, 100)).toBe(0);
      expect(await store.collectExpired(session.expiresAt, 100)).toBe(1);
      expect(await store.getPageSession(session.id, t0)).toBeUndefined();
    });
  });
