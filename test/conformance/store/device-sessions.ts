import { describe, expect } from 'vitest';
import type { NewDeviceSession, Store } from '../../../broker/store/store.ts';
import { countOf, id, insertedDeviceSession, parallel, type StoreTest, t0 } from './harness.ts';

const rotation = (session: NewDeviceSession, values: object = {}) => ({
  version: 1,
  expectCurrentHash: session.currentHash,
  newCurrentHash: id(),
  sealedRefresh: id(),
  ringKid: 'ring-2',
  now: t0 + 5,
  from: '192.0.2.7',
  ...values,
});

async function lease(store: Store, id: string, version: number, ms: number) {
  const taken = await store.beginRefresh('device', id, version, ms);
  if (!taken.taken) throw new Error('the lease is not free');
  return taken.lease;
}

export const deviceSessions = (it: StoreTest) =>
  describe('device sessions', () => {
    it('replace the refresh token', async ({ store, person }) => {
      const session = await insertedDeviceSession(store, person);
      const change = rotation(session);
      expect(await store.rotateRefreshToken(session.id, change)).toBe(true);
      expect(await store.getDeviceSession(session.id)).toMatchObject({
        currentHash: change.newCurrentHash,
        previousHash: session.currentHash,
        previousUsedAt: t0 + 5,
        sealedRefresh: change.sealedRefresh,
        ringKid: 'ring-2',
        version: 2,
        lastUsedAt: t0 + 5,
        lastUsedFrom: '192.0.2.7',
      });
    });

    it('keep the key that their refresh token is bound to, and take one with a rotation', async ({ store, person }) => {
      const bound = await insertedDeviceSession(store, person, { jkt: 'key-1' });
      expect(await store.rotateRefreshToken(bound.id, rotation(bound))).toBe(true);
      expect((await store.getDeviceSession(bound.id))?.jkt).toBe('key-1');
      const unbound = await insertedDeviceSession(store, person);
      expect(await store.getDeviceSession(unbound.id)).not.toHaveProperty('jkt');
      expect(await store.rotateRefreshToken(unbound.id, rotation(unbound, { jkt: 'key-2' }))).toBe(true);
      expect((await store.getDeviceSession(unbound.id))?.jkt).toBe('key-2');
    });

    it('do not when the hash or version differs, or the family has ended or never existed', async ({
      store,
      person,
    }) => {
      const session = await insertedDeviceSession(store, person);
      const rotate = (values: object) => store.rotateRefreshToken(session.id, rotation(session, values));
      expect(await rotate({ expectCurrentHash: id() })).toBe(false);
      expect(await rotate({ version: 2 })).toBe(false);
      expect(await store.rotateRefreshToken(id(), rotation(session))).toBe(false);
      await store.endDeviceSession(session.id, 'reuse', t0);
      expect(await rotate({})).toBe(false);
      const ended = await store.getDeviceSession(session.id);
      expect(ended).toMatchObject({ state: 'ended', endReason: 'reuse', currentHash: session.currentHash });
      expect(ended).not.toHaveProperty('sealedRefresh');
    });

    it('do not during a refresh, whose result would be sealed under the old refresh token', async ({
      subject,
      store,
      person,
    }) => {
      const session = await insertedDeviceSession(store, person);
      const held = await lease(store, session.id, 1, 3_600_000);
      expect(await store.rotateRefreshToken(session.id, rotation(session))).toBe(false);
      await store.releaseRefresh('device', session.id, 1, { lease: held, clearFirstSent: false });

      await lease(store, session.id, 1, 5);
      await subject.pass(10);
      const change = rotation(session);
      expect(await store.rotateRefreshToken(session.id, change)).toBe(true);
      const late = { sealedRefresh: id(), ringKid: 'ring-1', claims: { groups: [] }, refreshedAt: t0 };
      expect(await store.commitRefresh('device', session.id, { version: 1, rechecks: 0 }, late)).toBe(false);
      const row = await store.getDeviceSession(session.id);
      expect(row?.sealedRefresh).toBe(change.sealedRefresh);
      // The old token may have been sent. The store must still know that.
      expect(row?.refreshFirstSentAt).toBeDefined();
    });

    it('live without a refresh token', async ({ store, person }) => {
      const session = await insertedDeviceSession(store, person, { sealedRefresh: undefined, ringKid: undefined });
      expect(
        await store.rotateRefreshToken(session.id, rotation(session, { sealedRefresh: undefined, ringKid: undefined })),
      ).toBe(true);
      const row = await store.getDeviceSession(session.id);
      expect(row).not.toHaveProperty('sealedRefresh');
      expect(row).not.toHaveProperty('ringKid');
    });

    it('rotate for one of 50 at once', async ({ subject, store, person }) => {
      const session = await insertedDeviceSession(store, person);
      const changes = Array.from({ length: 50 }, () => rotation(session));
      const done = await parallel(50, subject.replicas, (replica, n) =>
        replica.rotateRefreshToken(session.id, changes[n] ?? rotation(session)),
      );
      expect(countOf(done, true)).toBe(1);
      expect((await store.getDeviceSession(session.id))?.currentHash).toBe(changes[done.indexOf(true)]?.newCurrentHash);
    });

    it('are renamed by their owner until they end', async ({ store, person }) => {
      const session = await insertedDeviceSession(store, person);
      expect(await store.renameDeviceSession(session.id, 'Kitchen')).toBe(true);
      expect((await store.getDeviceSession(session.id))?.name).toBe('Kitchen');
      await store.endDeviceSession(session.id, 'removed', t0);
      expect(await store.renameDeviceSession(session.id, 'Cellar')).toBe(false);
      expect(await store.renameDeviceSession(id(), 'Cellar')).toBe(false);
      expect((await store.getDeviceSession(session.id))?.name).toBe('Kitchen');
    });

    it('change state only from the states named', async ({ store, person }) => {
      const session = await insertedDeviceSession(store, person);
      expect(await store.setDeviceSessionState(session.id, ['recheck'], 'active')).toBe(false);
      expect(await store.setDeviceSessionState(session.id, ['active'], 'recheck')).toBe(true);
      expect((await store.getDeviceSession(session.id))?.state).toBe('recheck');
      expect(await store.setDeviceSessionState(id(), ['active'], 'recheck')).toBe(false);
    });

    it('are listed while they have not ended, newest first', async ({ store, person }) => {
      const old = await insertedDeviceSession(store, person, { createdAt: t0 - 1 });
      const fresh = await insertedDeviceSession(store, person);
      const ended = await insertedDeviceSession(store, person);
      expect(await store.endDeviceSession(ended.id, 'removed', t0)).toBe(true);
      expect(await store.endDeviceSession(ended.id, 'removed', t0)).toBe(false);
      expect((await store.listDeviceSessions(person.sub)).map((session) => session.id)).toEqual([fresh.id, old.id]);
      expect(await store.getDeviceSession(id())).toBeUndefined();
    });
  });
