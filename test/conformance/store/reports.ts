import { describe, expect } from 'vitest';
import type { Person, Report, Store } from '../../../broker/store/store.ts';
import {
  id,
  insertedDeviceSession,
  insertedSession,
  newDeviceGrant,
  newSession,
  newSigningKey,
  type StoreTest,
  t0,
} from './harness.ts';

/** A change that can be reported, and a check for whether it was made. */
interface Change {
  prepare(store: Store, person: Person): Promise<void>;
  make(store: Store, person: Person, report: Report): Promise<unknown>;
  isMade(store: Store, person: Person): Promise<boolean>;
}

const site = ({ sub }: Person) => ({ sub, origin: 'https://shop.example.com' });
const consentOf = (person: Person) => ({ ...site(person), resource: 'r', scopes: ['a'] });
const nothing = async () => {};
const isEnded = async (store: Store) => (await store.getSession('s'))?.state === 'ended';
const isDeviceEnded = async (store: Store) => (await store.getDeviceSession('d'))?.state === 'ended';
const hasSession = async (store: Store, person: Person) => void (await insertedSession(store, person, { id: 's' }));
const hasDevice = async (store: Store, person: Person) =>
  void (await insertedDeviceSession(store, person, { id: 'd' }));
const grant = { ...newDeviceGrant(), deviceCodeHash: 'g' };
const pageSession = ({ sub, issuer, upstream }: Person) => ({ sub, issuer, upstream, issuedAt: t0, groups: [] });
const spares = [newSigningKey('active'), newSigningKey('next')] as const;

const changes: Record<string, Change> = {
  'a new session': {
    prepare: nothing,
    make: (store, person, report) => store.insertSession({ ...newSession(person), id: 's' }, report),
    isMade: async (store) => (await store.getSession('s')) !== undefined,
  },
  'a new page session': {
    prepare: nothing,
    make: (store, person, report) =>
      store.insertPageSession({ ...pageSession(person), id: 'p', expiresAt: t0 + 1 }, undefined, report),
    isMade: async (store) => (await store.getPageSession('p', t0)) !== undefined,
  },
  'a replaced session': {
    async prepare(store, person) {
      await hasSession(store, person);
      await insertedSession(store, person, { id: 'newer', predecessor: 's' });
    },
    make: (store, _, report) => store.activateSession('newer', t0, report),
    isMade: isEnded,
  },
  'an ended session': {
    prepare: hasSession,
    make: (store, _, report) => store.endSession('s', 'why', t0, report),
    isMade: isEnded,
  },
  'the ended sessions of a person': {
    prepare: hasSession,
    make: (store, { sub }, report) => store.endSessionsOf({ sub }, t0, 'why', t0, () => report),
    isMade: isEnded,
  },
  'the ended sessions of everyone': {
    prepare: hasSession,
    make: (store, _, report) =>
      store.endSignInsWhere('session', {}, { limit: 9, reason: 'why', now: t0, report: () => report }),
    isMade: isEnded,
  },
  'an ended device': {
    prepare: hasDevice,
    make: (store, _, report) => store.endDeviceSession('d', 'why', t0, report),
    isMade: isDeviceEnded,
  },
  'the ended devices of a person': {
    prepare: hasDevice,
    make: (store, { sub }, report) => store.endDeviceSessionsOf({ sub }, t0, 'why', t0, () => report),
    isMade: isDeviceEnded,
  },
  'a renamed device': {
    prepare: hasDevice,
    make: (store, _, report) => store.renameDeviceSession('d', 'Kitchen', report),
    isMade: async (store) => (await store.getDeviceSession('d'))?.name === 'Kitchen',
  },
  'a decision about a device': {
    prepare: async (store) => void (await store.insertDeviceGrant(grant)),
    make: (store, { sub }, report) => store.decideDeviceGrant('g', { decision: 'deny', sub }, t0, report),
    isMade: async (store) => (await store.getDeviceGrant('g'))?.state === 'denied',
  },
  'a consent': {
    prepare: nothing,
    make: (store, person, report) => store.grantConsents([consentOf(person)], t0, report),
    isMade: async (store, { sub }) => (await store.listConsents(sub)).length === 1,
  },
  'a revoked consent': {
    prepare: async (store, person) => void (await store.grantConsents([consentOf(person)], t0)),
    make: (store, person, report) => store.revokeConsent(site(person), report),
    isMade: async (store, { sub }) => (await store.listConsents(sub)).length === 0,
  },
  'a refused site': {
    prepare: nothing,
    make: (store, person, report) => store.refuseSite(site(person), t0, report),
    isMade: async (store, { sub }) => (await store.listSites(sub)).some(({ refusedAt }) => refusedAt !== undefined),
  },
  'a site that may ask again': {
    prepare: async (store, person) => void (await store.refuseSite(site(person), t0)),
    make: (store, person, report) => store.letSiteAsk(site(person), report),
    isMade: async (store, { sub }) => (await store.listSites(sub)).every(({ refusedAt }) => refusedAt === undefined),
  },
  'a rotated signing key': {
    prepare: async (store) => void (await store.insertSigningKey({ ...newSigningKey('next'), kid: 'k' })),
    make: (store, _, report) => store.setSigningKeyState('k', 'active', t0, report),
    isMade: async (store) =>
      (await store.listSigningKeys()).some(({ kid, state }) => kid === 'k' && state === 'active'),
  },
  'a revoked signing key': {
    prepare: async (store) => void (await store.insertSigningKey({ ...newSigningKey('active'), kid: 'k' })),
    make: (store, _, report) => store.revokeSigningKeys(['k'], spares, () => report),
    isMade: async (store) => (await store.listSigningKeys()).every(({ kid }) => kid !== 'k'),
  },
};

const audit = [{ type: 'change.made', detail: {} }];
const events = [{ type: 'changed' }];
/** JSON can't represent this value, so writing it fails. */
const unwritable = { at: t0, audit: [{ type: 'x', detail: { n: 1n } }] };

export const reports = (it: StoreTest) =>
  describe('a report', () => {
    it.for(Object.entries(changes))('is written with %s, or neither is', async ([, change], { store, person }) => {
      await change.prepare(store, person);
      const earlier = (await store.auditAfter(0, 10)).at(-1)?.seq ?? 0;
      await expect(change.make(store, person, unwritable)).rejects.toThrow('BigInt');
      expect(await change.isMade(store, person)).toBe(false);
      expect(await store.auditAfter(earlier, 10)).toEqual([]);

      let told = 0;
      const stop = store.onRevocation(() => {
        told += 1;
      });
      await change.make(store, person, { at: t0 + 7, audit, events });
      stop();
      expect(await change.isMade(store, person)).toBe(true);
      expect(await store.auditAfter(earlier, 10)).toMatchObject([{ type: 'change.made', at: t0 + 7 }]);
      expect(await store.revocationsAfter(0, 10)).toMatchObject([{ event: { type: 'changed' }, at: t0 + 7 }]);
      expect(told).toBeGreaterThan(0);
    });

    it('is not written where nothing changes', async ({ store, person }) => {
      const report = { at: t0, audit, events };
      await store.endSession(id(), 'why', t0, report);
      await store.endDeviceSession(id(), 'why', t0, report);
      await store.renameDeviceSession(id(), 'name', report);
      await store.decideDeviceGrant(id(), { decision: 'deny', sub: person.sub }, t0, report);
      await store.revokeConsent(site(person), report);
      await store.letSiteAsk(site(person), report);
      await store.addTombstone({ everything: true, at: t0 }, t0 + 1);
      expect(await store.insertSession(newSession(person), report)).toBe('tombstoned');
      expect(await store.auditAfter(0, 10)).toEqual([]);
      expect(await store.revocationsAfter(0, 10)).toEqual([]);
    });

    it('of 2,000 entries is one transaction', async ({ store, person }) => {
      const session = await insertedSession(store, person);
      const many = Array.from({ length: 2_000 }, (_, n) => ({
        type: 'x',
        sub: n % 2 ? 'ada' : undefined,
        detail: { n },
      }));
      await store.endSession(session.id, 'why', t0, { at: t0, audit: many });
      const stored = await store.auditAfter(0, 3_000);
      expect(stored.map(({ detail }) => detail.n)).toEqual(many.map((_, n) => n));
    });
  });
