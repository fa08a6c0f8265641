import { describe, expect } from 'vitest';
import type { Person, Store } from '../../../broker/store/store.ts';
import {
  allowedGrant,
  claimGrant,
  countOf,
  id,
  insertedDeviceSession,
  insertedSession,
  issuer,
  newDeviceSession,
  newPageSession,
  newPerson,
  newSession,
  parallel,
  type StoreTest,
  t0,
} from './harness.ts';

const life = t0 + 3_600_000;
const result = { sealedRefresh: 'sealed', ringKid: 'ring-1', claims: { groups: [] }, refreshedAt: t0 };

export const kill = (it: StoreTest) =>
  describe('kill switches', () => {
    it('refuse a session of an ended provider’s session, but none that began later or elsewhere', async ({
      store,
      person,
    }) => {
      const dead = newSession(person);
      await store.addTombstone({ issuer, sid: dead.sid ?? '', iat: t0 }, life);
      expect(await store.insertSession(dead)).toBe('tombstoned');
      expect(await store.getSession(dead.id)).toBeUndefined();
      expect(await store.insertSession({ ...dead, issuedAt: t0 + 1 })).toBe('inserted');
      expect(await store.insertSession({ ...dead, id: id(), issuer: 'https://other.example.com' })).toBe('inserted');
      expect(await store.insertSession({ ...dead, id: id(), sid: id() })).toBe('inserted');
      expect(await store.insertSession({ ...dead, id: id(), sid: undefined })).toBe('inserted');
    });

    it('refuse every session of a person whose grants have ended, by the provider’s sub', async ({ store, person }) => {
      await store.addTombstone({ issuer, idpSub: person.idpSub, iat: t0 }, life);
      const dead = newSession(person);
      expect(await store.insertSession(dead)).toBe('tombstoned');
      expect(await store.insertSession({ ...dead, issuedAt: t0 + 1 })).toBe('inserted');
    });

    it('do not take a person’s sub for a session’s sid', async ({ store, person }) => {
      await store.addTombstone({ issuer, sid: person.idpSub, iat: t0 }, life);
      await store.addTombstone({ issuer, idpSub: 'some-sid', iat: t0 }, life);
      expect(await store.insertSession({ ...newSession(person), sid: 'some-sid' })).toBe('inserted');
    });

    it('keep the latest of a target, and say whether it was news', async ({ store, person }) => {
      const tombstone = { issuer, idpSub: person.idpSub, iat: t0 };
      expect(await store.addTombstone(tombstone, life)).toBe(true);
      expect(await store.addTombstone(tombstone, life)).toBe(false);
      expect(await store.addTombstone({ ...tombstone, iat: t0 - 5 }, life)).toBe(false);
      expect(await store.insertSession(newSession(person))).toBe('tombstoned');
      expect(await store.addTombstone({ ...tombstone, iat: t0 + 5 }, life)).toBe(true);
      expect(await store.insertSession({ ...newSession(person), issuedAt: t0 + 5 })).toBe('tombstoned');
    });

    it('by sid refuse the person’s sessions for which the provider named none, and nobody else’s', async ({
      store,
      person,
    }) => {
      const other = await store.upsertPerson(newPerson(), t0);
      await store.addTombstone({ issuer, sid: 'x', idpSub: person.idpSub, iat: t0 }, life);
      expect(await store.insertSession({ ...newSession(person), sid: undefined })).toBe('tombstoned');
      expect(await store.insertSession({ ...newSession(other), sid: undefined })).toBe('inserted');
      expect(await store.insertSession(newSession(person))).toBe('inserted');
    });

    it('by e-mail refuse the first sign-in of a person, whatever the spelling', async ({ store }) => {
      await store.addTombstone({ issuer, email: 'ZO\u00cb@example.com', iat: t0 }, life);
      const zoe = await store.upsertPerson({ ...newPerson(), email: 'zoe\u0308@Example.com' }, t0);
      const other = await store.upsertPerson({ ...newPerson(), email: 'zoe@example.com' }, t0);
      expect(await store.insertSession(newSession(zoe))).toBe('tombstoned');
      expect(await store.insertSession({ ...newSession(zoe), issuedAt: t0 + 1 })).toBe('inserted');
      expect(await store.insertSession(newSession(other))).toBe('inserted');
    });

    it('of the broker’s own count from when the sign-in began, whatever the provider’s clock says', async ({
      store,
      person,
    }) => {
      await store.addTombstone({ sub: person.sub, at: t0 }, life);
      for (const skew of [-3_600_000, 0, 3_600_000]) {
        const session = () => ({ ...newSession(person), issuedAt: t0 + skew });
        expect(await store.insertSession(session(), undefined, t0)).toBe('tombstoned');
        expect(await store.insertSession(session(), undefined, t0 + 1)).toBe('inserted');
        const page = () => ({ ...newPageSession(person), issuedAt: t0 + skew });
        expect(await store.insertPageSession(page(), undefined, undefined, t0)).toBe('tombstoned');
        expect(await store.insertPageSession(page(), undefined, undefined, t0 + 1)).toBe('inserted');
      }
    });

    it('of a client refuse what it was allowed before, and no other client', async ({ store, person }) => {
      await store.addTombstone({ clientId: 'tv', at: t0 }, life);
      for (const [clientId, beganAt, claimed] of [
        ['tv', t0, false],
        ['tv', t0 + 1, true],
        ['cli', t0, true],
      ] as const) {
        const grant = await allowedGrant(store, person, clientId);
        const deviceSession = { ...newDeviceSession(person), clientId };
        const claim = { sealedGrant: grant.sealedGrant, resealed: id(), deviceSession, beganAt };
        expect(await store.claimDeviceGrant(grant.deviceCodeHash, t0, claim)).toBe(claimed);
      }
    });

    it('refuse the commit of a refresh, by the broker’s clock', async ({ store, person }) => {
      const [browser, device] = [await insertedSession(store, person), await insertedDeviceSession(store, person)];
      await store.addTombstone({ sub: person.sub, at: t0 - 1 }, life);
      await store.addTombstone({ clientId: 'tv', at: t0 - 1 }, life);
      expect(await store.commitRefresh('session', browser.id, { version: 1, rechecks: 0 }, result)).toBe(true);
      expect(await store.commitRefresh('device', device.id, { version: 1, rechecks: 0 }, result)).toBe(true);
      await store.addTombstone({ clientId: 'tv', at: t0 }, life);
      expect(await store.commitRefresh('device', device.id, { version: 2, rechecks: 0 }, result)).toBe(false);
      await store.addTombstone({ sub: person.sub, at: t0 }, life);
      expect(await store.commitRefresh('session', browser.id, { version: 2, rechecks: 0 }, result)).toBe(false);
    });

    it('end a browser with the session that replaces it, or that it replaces, until the newer one is used', async ({
      store,
      person,
    }) => {
      const one = await insertedSession(store, person);
      const next = await insertedSession(store, person, { predecessor: one.id });
      const other = await insertedSession(store, person);
      const used = await insertedSession(store, person, { predecessor: other.id });
      await store.activateSession(used.id, t0);
      const end = (browser: string) => store.endSessionsOf({ browser }, t0, 'person', t0);
      expect((await end(one.id)).sort()).toEqual([one.id, next.id].sort());
      const before = await insertedSession(store, person);
      const unused = await insertedSession(store, person, { predecessor: before.id });
      expect((await end(unused.id)).sort()).toEqual([before.id, unused.id].sort());
      expect(await end(other.id)).toEqual([]);
      expect(await end(used.id)).toEqual([used.id]);
    });

    it('refuse a sign-in that replaces a session which was ended meanwhile', async ({ store, person }) => {
      const [killed, replaced] = [await insertedSession(store, person), await insertedSession(store, person)];
      await store.endSession(killed.id, 'person', t0);
      await store.endSession(replaced.id, 'replaced', t0);
      const successor = (predecessor: string) => ({ ...newSession(person), predecessor });
      expect(await store.insertSession(successor(killed.id), undefined, t0)).toBe('tombstoned');
      expect(await store.insertSession(successor(killed.id), undefined, t0 + 1)).toBe('inserted');
      expect(await store.insertSession(successor(replaced.id), undefined, t0)).toBe('inserted');
    });

    it('refuse the commit of a refresh', async ({ store, person }) => {
      const browser = await insertedSession(store, person);
      const device = await insertedDeviceSession(store, person);
      await store.addTombstone({ issuer, sid: browser.sid ?? '', iat: t0 }, life);
      await store.addTombstone({ issuer, sid: device.sid ?? '', iat: t0 }, life);
      expect(await store.commitRefresh('session', browser.id, { version: 1, rechecks: 0 }, result)).toBe(false);
      expect(await store.commitRefresh('device', device.id, { version: 1, rechecks: 0 }, result)).toBe(true);
      await store.addTombstone({ issuer, idpSub: person.idpSub, iat: t0 }, life);
      expect(await store.commitRefresh('device', device.id, { version: 2, rechecks: 0 }, result)).toBe(false);
    });

    it('refuse a device: not by sid, but by person, and its grant is denied', async ({ store, person }) => {
      const bySid = await allowedGrant(store, person);
      const session = newDeviceSession(person);
      await store.addTombstone({ issuer, sid: session.sid ?? '', iat: t0 }, life);
      expect(await claimGrant(store, bySid, session)).toBe(true);
      const byPerson = await allowedGrant(store, person);
      await store.addTombstone({ issuer, idpSub: person.idpSub, iat: t0 }, life);
      expect(await claimGrant(store, byPerson, newDeviceSession(person))).toBe(false);
      const grant = await store.getDeviceGrant(byPerson.deviceCodeHash);
      expect(grant?.state).toBe('denied');
      expect(grant).not.toHaveProperty('sealedGrant');
    });

    it('end what is older, by sub, by sid, by the provider’s sub, and say what', async ({ store, person }) => {
      const at = (issuedAt: number) => insertedSession(store, person, { issuedAt });
      const [old, fresh] = [await at(t0), await at(t0 + 1)];
      const endOf = (who: Parameters<typeof store.endSessionsOf>[0], olderThan: number) =>
        store.endSessionsOf(who, olderThan, 'logout', t0 + 2);
      expect(await endOf({ issuer, sid: fresh.sid ?? '' }, t0)).toEqual([]);
      expect(await endOf({ issuer, idpSub: id() }, t0)).toEqual([]);
      expect(await endOf({ issuer, idpSub: person.idpSub }, t0)).toEqual([old.id]);
      expect(await endOf({ issuer, idpSub: person.idpSub }, t0)).toEqual([]);
      expect(await endOf({ issuer: 'https://other.example.com', sid: fresh.sid ?? '' }, t0 + 1)).toEqual([]);
      expect(await endOf({ issuer, sid: fresh.sid ?? '' }, t0 + 1)).toEqual([fresh.id]);
      const both = [await at(t0), await at(t0)].map((session) => session.id).sort();
      expect((await endOf({ sub: person.sub }, t0)).sort()).toEqual(both);
      const ended = await store.getSession(old.id);
      expect(ended).toMatchObject({ state: 'ended', endReason: 'logout', endedAt: t0 + 2 });
      expect(ended).not.toHaveProperty('sealedRefresh');
    });

    it('end devices apart from browsers', async ({ store, person }) => {
      const browser = await insertedSession(store, person);
      const device = await insertedDeviceSession(store, person);
      const who = { issuer, idpSub: person.idpSub };
      expect(await store.endDeviceSessionsOf(who, t0 - 1, 'logout', t0)).toEqual([]);
      expect(await store.endDeviceSessionsOf(who, t0, 'logout', t0)).toEqual([device.id]);
      expect((await store.getSession(browser.id))?.state).toBe('active');
      expect(await store.endSessionsOf({ sub: person.sub }, t0, 'logout', t0)).toEqual([browser.id]);
    });

    it('end the devices of a client, whoever has allowed them', async ({ store, person }) => {
      const other = await store.upsertPerson(newPerson(), t0);
      const [first, second] = [await insertedDeviceSession(store, person), await insertedDeviceSession(store, other)];
      const kept = await insertedDeviceSession(store, person, { clientId: `${first.clientId}-2` });
      const ended = await store.endDeviceSessionsOf({ clientId: first.clientId }, t0, 'administrator', t0);
      expect(ended.toSorted()).toEqual([first.id, second.id].toSorted());
      expect((await store.getDeviceSession(kept.id))?.state).toBe('active');
    });

    it('catch every session that is inserted meanwhile', async ({ subject, store, person }) => {
      for (let round = 0; round < 12; round += 1) {
        const sid = id();
        const inserting = parallel(6, subject.replicas, async (replica) => {
          const session = { ...newSession(person), sid };
          await replica.insertSession(session);
          return session.id;
        });
        const replica = subject.replicas[round % subject.replicas.length] ?? store;
        const killing = (async () => {
          await replica.addTombstone({ issuer, sid, iat: t0 }, life);
          await replica.endSessionsOf({ issuer, sid }, t0, 'logout', t0);
        })();
        const [inserted] = await Promise.all([inserting, killing]);
        const states = await Promise.all(
          inserted.map(async (one) => (await store.getSession(one))?.state ?? 'refused'),
        );
        expect(states.filter((state) => state !== 'ended' && state !== 'refused')).toEqual([]);
      }
    });

    it('catch every refresh that is committed meanwhile', async ({ subject, store, person }) => {
      const sessions = await Promise.all(Array.from({ length: 12 }, () => insertedSession(store, person)));
      const committing = parallel(sessions.length, subject.replicas, (replica, n) =>
        replica.commitRefresh('session', sessions[n]?.id ?? '', { version: 1, rechecks: 0 }, result),
      );
      const killing = (async () => {
        await store.addTombstone({ issuer, idpSub: person.idpSub, iat: t0 }, life);
        await store.endSessionsOf({ issuer, idpSub: person.idpSub }, t0, 'logout', t0);
      })();
      await Promise.all([committing, killing]);
      expect(await store.listSessions(person.sub)).toEqual([]);
    });

    describe.each(['idpSub', 'email'] as const)('a hint by %s', (by) => {
      const hint = (person: Person) =>
        by === 'email' ? { issuer, email: 'ADA@example.com' } : { issuer, idpSub: person.idpSub };

      it('is met by a sign-in under way, which then has to ask the provider', async ({ store, person }) => {
        await store.addHint(hint(person), t0, life);
        const [underWay, later] = [newSession(person), newSession(person)];
        await store.insertSession(underWay, undefined, t0);
        await store.insertSession(later, undefined, t0 + 1);
        expect(await store.getSession(underWay.id)).toMatchObject({ state: 'recheck', rechecks: 1 });
        expect(await store.getSession(later.id)).toMatchObject({ state: 'active', rechecks: 0 });
      });

      it('is met by a device between “Allow” and its poll', async ({ store, person }) => {
        await store.addHint(hint(person), t0, life);
        for (const [beganAt, state] of [
          [t0, 'recheck'],
          [t0 + 1, 'active'],
        ] as const) {
          const grant = await allowedGrant(store, person);
          const deviceSession = newDeviceSession(person);
          const claim = { sealedGrant: grant.sealedGrant, resealed: id(), deviceSession, beganAt };
          expect(await store.claimDeviceGrant(grant.deviceCodeHash, t0, claim)).toBe(true);
          expect(await store.getDeviceSession(deviceSession.id)).toMatchObject({ state });
        }
      });

      it('is nothing to anybody else', async ({ store, person }) => {
        await store.addHint({ ...hint(person), issuer: 'https://other.example.com' }, t0, life);
        const other = await store.upsertPerson({ ...newPerson(), email: 'other@example.com' }, t0);
        await store.addHint(hint(person), t0, life);
        const session = await insertedSession(store, other);
        expect(await store.getSession(session.id)).toMatchObject({ state: 'active' });
      });

      it('is the latest, and no tombstone', async ({ store, person }) => {
        await store.addHint(hint(person), t0, life);
        await store.addHint(hint(person), t0 - 5, life);
        expect(await store.insertSession(newSession(person), undefined, t0)).toBe('inserted');
      });
    });

    it('mark everything of a person that gets tokens, again where it is marked', async ({ store, person }) => {
      const [one, marked, gone] = await Promise.all([1, 2, 3].map(() => insertedSession(store, person)));
      const device = await insertedDeviceSession(store, person);
      const other = await insertedSession(store, await store.upsertPerson(newPerson(), t0));
      await store.setSessionState(marked?.id ?? '', ['active'], 'recheck');
      await store.setSessionState(gone?.id ?? '', ['active'], 'reauth_required');
      expect(await store.recheckEverythingOf(person.sub)).toBe(3);
      expect(await store.getSession(one?.id ?? '')).toMatchObject({ state: 'recheck', rechecks: 1 });
      expect(await store.getSession(marked?.id ?? '')).toMatchObject({ state: 'recheck', rechecks: 2 });
      expect(await store.getSession(gone?.id ?? '')).toMatchObject({ state: 'reauth_required', rechecks: 0 });
      expect(await store.getDeviceSession(device.id)).toMatchObject({ state: 'recheck', rechecks: 1 });
      expect(await store.getSession(other.id)).toMatchObject({ state: 'active' });
    });

    it('mark every session that is inserted while a hint comes', async ({ subject, store, person }) => {
      const sessions = Array.from({ length: 30 }, () => newSession(person));
      const hint = async (replica: Store) => {
        await replica.addHint({ issuer, idpSub: person.idpSub }, t0, life);
        await replica.recheckEverythingOf(person.sub);
      };
      await parallel(31, subject.replicas, async (replica, n) => {
        const session = sessions[n];
        if (session) await replica.insertSession(session, undefined, t0);
        else await hint(replica);
      });
      const states = (await store.listSessions(person.sub)).map(({ state }) => state);
      expect(countOf(states, 'recheck')).toBe(30);
    });

    it('number revocations upwards, and read them on from any number', async ({ store }) => {
      const first = await store.appendRevocation({ type: 'session', ids: ['a'] }, t0);
      const second = await store.appendRevocation({ type: 'policy' }, t0 + 1);
      expect(second).toBeGreaterThan(first);
      const event = { seq: second, event: { type: 'policy' }, at: t0 + 1 };
      expect(await store.revocationsAfter(0, 1)).toEqual([
        { seq: first, event: { type: 'session', ids: ['a'] }, at: t0 },
      ]);
      expect(await store.revocationsAfter(first, 10)).toEqual([event]);
      expect(await store.revocationsAfter(second, 10)).toEqual([]);
    });

    it('tell where they end, and those who listen, until they stop', async ({ store }) => {
      expect(await store.lastRevocation()).toBe(0);
      let heard = 0;
      const { promise, resolve } = Promise.withResolvers<void>();
      const stop = store.onRevocation(() => {
        heard += 1;
        resolve();
      });
      const seq = await store.appendRevocation({ type: 'policy' }, t0);
      await promise;
      expect(await store.lastRevocation()).toBe(seq);
      stop();
      const before = heard;
      await store.appendRevocation({ type: 'policy' }, t0);
      expect(heard).toBe(before);
    });

    it('never show a revocation before an earlier one', async ({ subject: { replicas } }) => {
      // The reader has its own connections, so it reads while the others write.
      const [reader, ...writers] = replicas;
      const seen: number[] = [];
      const read = async () => {
        const events = (await reader?.revocationsAfter(seen.at(-1) ?? 0, 100)) ?? [];
        seen.push(...events.map(({ seq }) => seq));
      };
      const state = { writing: true };
      const reading = (async () => {
        while (state.writing) await read().then(() => new Promise((resolve) => setImmediate(resolve)));
      })();
      const written = await parallel(60, writers, (writer, n) => writer.appendRevocation({ n }, t0));
      state.writing = false;
      await reading;
      await read();
      expect(seen).toEqual(written.sort((a, b) => a - b));
    });
  });
