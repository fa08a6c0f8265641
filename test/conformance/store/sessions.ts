import { describe, expect } from 'vitest';
import { countOf, id, insertedSession, minute, newSession, parallel, type StoreTest, t0 } from './harness.ts';

const site = 'https://shop.example.com';
const api = 'https://api.example.com';

export const sessions = (it: StoreTest) =>
  describe('sessions', () => {
    it('gives back what was put in, active and unrefreshed', async ({ store, person }) => {
      const session = newSession(person);
      expect(await store.insertSession(session)).toBe('inserted');
      expect(await store.getSession(session.id)).toEqual({
        ...session,
        state: 'active',
        version: 1,
        refreshFailures: 0,
        rechecks: 0,
      });
    });

    it('leaves out what is absent', async ({ store, person }) => {
      const { sid: _, sealedRefresh: __, ringKid: ___, userAgent: ____, ...bare } = newSession(person);
      await store.insertSession(bare);
      expect(await store.getSession(bare.id)).toEqual({
        ...bare,
        state: 'active',
        version: 1,
        refreshFailures: 0,
        rechecks: 0,
      });
    });

    it('has none under an unknown id', async ({ store }) => {
      expect(await store.getSession(id())).toBeUndefined();
      expect(await store.getAuthority(id(), site, api)).toBeUndefined();
      expect(await store.endSession(id(), 'signed_out', t0)).toBe(false);
      expect(await store.setSessionState(id(), ['active'], 'recheck')).toBe(false);
    });

    it('refuses a second session of one id, and one of nobody', async ({ store, person }) => {
      const session = await insertedSession(store, person);
      await expect(store.insertSession(session)).rejects.toThrow();
      await expect(store.insertSession({ ...newSession(person), sub: id() })).rejects.toThrow();
    });

    it('hands out session, person and consent for exactly this origin and resource', async ({ store, person }) => {
      const session = await insertedSession(store, person);
      await store.grantConsents([{ sub: person.sub, origin: site, resource: api, scopes: ['orders:read'] }], t0 + 5);
      const stored = await store.getSession(session.id);
      const consent = { sub: person.sub, origin: site, resource: api, scopes: ['orders:read'], grantedAt: t0 + 5 };
      expect(await store.getAuthority(session.id, site, api)).toEqual({
        session: stored,
        person,
        consent,
        site: { sub: person.sub, origin: site },
        signingKeys: expect.any(String),
      });
      const elsewhere = await store.getAuthority(session.id, `${site}:8443`, api);
      expect(elsewhere).toMatchObject({ session: stored, person, site: { sub: person.sub, origin: `${site}:8443` } });
      expect(elsewhere?.consent).toBeUndefined();
      expect((await store.getAuthority(session.id, site, `${api}/`))?.consent).toBeUndefined();
    });

    it('moves the idle expiry on, never back, and not of an ended session', async ({ store, person }) => {
      const { id, idleExpiresAt } = await insertedSession(store, person);
      const idle = async () => (await store.getSession(id))?.idleExpiresAt;
      await store.touchSession(id, idleExpiresAt + minute, { at: t0 + 1, from: '192.0.2.7' });
      await store.touchSession(id, idleExpiresAt, { at: t0 + 2, from: '192.0.2.8' });
      expect(await idle()).toBe(idleExpiresAt + minute);
      expect(await store.getSession(id)).toMatchObject({ lastUsedAt: t0 + 1, lastUsedFrom: '192.0.2.7' });
      await store.touchSession(id, idleExpiresAt + 2 * minute, { at: t0 + 3, from: undefined });
      expect(await store.getSession(id)).not.toHaveProperty('lastUsedFrom');
      await store.endSession(id, 'signed_out', t0);
      await store.touchSession(id, idleExpiresAt + 3 * minute, { at: t0 + 4, from: '192.0.2.9' });
      expect(await idle()).toBe(idleExpiresAt + 2 * minute);
    });

    it('ends once, and nothing sealed is left', async ({ store, person }) => {
      const { id } = await insertedSession(store, person);
      expect(await store.endSession(id, 'signed_out', t0 + 7)).toBe(true);
      expect(await store.endSession(id, 'again', t0 + 8)).toBe(false);
      const ended = await store.getSession(id);
      expect(ended).toMatchObject({ state: 'ended', endReason: 'signed_out', endedAt: t0 + 7 });
      expect(ended).not.toHaveProperty('sealedRefresh');
      expect(ended).not.toHaveProperty('ringKid');
    });

    it('changes state only from the states named, and never from ended', async ({ store, person }) => {
      const { id } = await insertedSession(store, person);
      const state = async () => (await store.getSession(id))?.state;
      expect(await store.setSessionState(id, ['reauth_required'], 'recheck')).toBe(false);
      expect(await state()).toBe('active');
      expect(await store.setSessionState(id, ['active', 'reauth_required'], 'recheck')).toBe(true);
      expect(await state()).toBe('recheck');
      await store.endSession(id, 'signed_out', t0);
      expect(await store.setSessionState(id, ['active', 'recheck', 'reauth_required'], 'active')).toBe(false);
      expect(await state()).toBe('ended');
    });

    it('ends the predecessor at the first use of the successor, and only then', async ({ store, person }) => {
      const old = await insertedSession(store, person);
      const fresh = await insertedSession(store, person, { predecessor: old.id });
      expect((await store.getSession(old.id))?.state).toBe('active');
      await store.activateSession(fresh.id, t0 + 3);
      expect(await store.getSession(old.id)).toMatchObject({ state: 'ended', endReason: 'replaced', endedAt: t0 + 3 });
      expect(await store.getSession(fresh.id)).not.toHaveProperty('predecessor');
      await store.activateSession(fresh.id, t0 + 4);
      await store.activateSession(id(), t0 + 4);
      expect((await store.getSession(old.id))?.endedAt).toBe(t0 + 3);
    });

    it('lists a person’s sessions that have not ended, newest first', async ({ store, person }) => {
      const old = await insertedSession(store, person, { createdAt: t0 - 1 });
      const fresh = await insertedSession(store, person);
      const ended = await insertedSession(store, person);
      await store.endSession(ended.id, 'signed_out', t0);
      expect((await store.listSessions(person.sub)).map((session) => session.id)).toEqual([fresh.id, old.id]);
      expect(await store.listSessions(id())).toEqual([]);
    });

    it('is ended by one of 30 at once', async ({ subject, store, person }) => {
      const { id } = await insertedSession(store, person);
      const results = await parallel(30, subject.replicas, (replica, n) => replica.endSession(id, `reason ${n}`, t0));
      expect(countOf(results, true)).toBe(1);
    });
  });
