import { describe, expect } from 'vitest';
import {
  allowedGrant,
  claimGrant,
  id,
  insertedDeviceSession,
  insertedSession,
  issuer,
  newDeviceSession,
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
      // The reader has connections of its own: it looks on while the others write.
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
