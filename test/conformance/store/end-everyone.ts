import { describe, expect } from 'vitest';
import type { EndedSignIn, SignInFilter, Store } from '../../../broker/store/store.ts';
import {
  allowedGrant,
  claimGrant,
  insertedDeviceSession,
  insertedSession,
  newDeviceGrant,
  newDeviceSession,
  newPerson,
  newSession,
  parallel,
  type StoreTest,
  t0,
} from './harness.ts';

const life = t0 + 3_600_000;
const result = { sealedRefresh: 'sealed', ringKid: 'ring-1', claims: { groups: [] }, refreshedAt: t0 };
const report = (ended: EndedSignIn[]) => ({
  at: t0,
  audit: ended.map(({ id, sub }) => ({ type: 'ended', sub, detail: { id } })),
});
const end = (store: Store, kind: 'session' | 'device', filter: SignInFilter, limit = 100) =>
  store.endSignInsWhere(kind, filter, { limit, reason: 'why', now: t0, report });

export const endEveryone = (it: StoreTest) =>
  describe('the end of everyone’s sign-ins', () => {
    it('comes in batches that end and report each row once, however many ask', async ({ subject, store }) => {
      const ids: string[] = [];
      for (let n = 0; n < 30; n += 1) {
        ids.push((await insertedSession(store, await store.upsertPerson(newPerson(), t0))).id);
      }
      const batches = await parallel(6, subject.replicas, (replica) => end(replica, 'session', {}, 7));
      const ended = batches.flat().map(({ id }) => id);
      expect(ended.sort()).toEqual(ids.sort());
      expect(await end(store, 'session', {})).toEqual([]);
      expect((await store.auditAfter(0, 100)).map(({ detail }) => detail.id).sort()).toEqual(ids);
    });

    it('takes only what matches in everything', async ({ store, person }) => {
      const first = { upstream: 'a', ringKid: 'k1', createdAt: t0 };
      const rows = {
        first,
        upstream: { ...first, upstream: 'b' },
        key: { ...first, ringKid: 'k2' },
        later: { ...first, createdAt: t0 + 1 },
      };
      for (const [id, values] of Object.entries(rows)) {
        await insertedSession(store, person, { id, ...values });
        await insertedDeviceSession(store, person, { id, ...values });
      }
      const filter = { upstream: 'a', ringKid: 'k1', createdBefore: t0 + 1 };
      expect(await end(store, 'session', filter)).toEqual([{ id: 'first', sub: person.sub }]);
      expect(await end(store, 'device', filter)).toEqual([{ id: 'first', sub: person.sub }]);
      expect((await end(store, 'session', { ringKid: 'k2' })).map(({ id }) => id)).toEqual(['key']);
      expect((await end(store, 'device', { createdBefore: t0 + 1 })).map(({ id }) => id).sort()).toEqual([
        'key',
        'upstream',
      ]);
    });

    it('denies device requests, waiting ones too, and frees their key', async ({ store, person }) => {
      const allowed = await allowedGrant(store, person);
      const pending = newDeviceGrant();
      await store.insertDeviceGrant(pending);
      expect((await store.countRingKeys()).get(allowed.ringKid)).toBe(2);
      await store.denyGrantsOf({ where: { ringKid: 'another' } });
      expect((await store.getDeviceGrant(pending.deviceCodeHash))?.state).toBe('pending');
      await store.denyGrantsOf({ where: { ringKid: allowed.ringKid } });
      for (const { deviceCodeHash } of [allowed, pending]) {
        expect(await store.getDeviceGrant(deviceCodeHash)).toMatchObject({ state: 'denied' });
      }
      expect((await store.countRingKeys()).size).toBe(0);
    });

    it.for([
      ['everything', { everything: true }, true],
      ['its provider', { upstream: 'idp' }, true],
      ['another provider', { upstream: 'another' }, false],
    ] as const)('meets what is under way: tombstone over %s', async ([, target, isMet], { store, person }) => {
      const browser = await insertedSession(store, person);
      const grant = await allowedGrant(store, person);
      await store.addTombstone({ ...target, at: t0 }, life);
      const [inserted, committed] = isMet ? ['tombstoned', false] : ['inserted', true];
      expect(await store.insertSession(newSession(person))).toBe(inserted);
      const { sub, issuer, upstream } = person;
      const page = { id: 'p', sub, issuer, upstream, issuedAt: t0, groups: [], expiresAt: life };
      expect(await store.insertPageSession(page, undefined)).toBe(inserted);
      const seen = { version: 1, rechecks: 0 };
      expect(await store.commitRefresh('session', browser.id, seen, result)).toBe(committed);
      expect(await claimGrant(store, grant, newDeviceSession(person))).toBe(committed);
      expect(await store.insertSession(newSession(person), undefined, t0 + 1)).toBe('inserted');
    });

    it('deletes page sessions with the browser sessions', async ({ store, person }) => {
      const { sub, issuer } = person;
      for (const upstream of ['a', 'b']) {
        const page = { id: upstream, sub, issuer, upstream, issuedAt: t0, groups: [], expiresAt: life };
        await store.insertPageSession(page, undefined);
      }
      await end(store, 'session', { upstream: 'a' });
      expect(await store.getPageSession('a', t0)).toBeUndefined();
      expect(await store.getPageSession('b', t0)).toBeDefined();
      await end(store, 'session', {});
      expect(await store.getPageSession('b', t0)).toBeUndefined();
    });
  });
