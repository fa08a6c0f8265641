import { describe, expect } from 'vitest';
import {
  id,
  insertedDeviceSession,
  insertedSession,
  issuer,
  minute,
  newDeviceGrant,
  newSigningKey,
  type StoreTest,
  t0,
} from './harness.ts';

export const lifecycle = (it: StoreTest) =>
  describe('life of the store', () => {
    it('answers', async ({ store }) => {
      await store.ping();
    });

    it('takes a write, again and again', async ({ store }) => {
      await store.pingWrite(t0);
      await store.pingWrite(t0 + 1);
    });

    it('counts sessions and devices by state, without those that have ended or expired', async ({ store, person }) => {
      const before = await store.countSessions(t0);
      const countOf = async (kind: string, state: string, now = t0) => {
        const [counted, old] = [await store.countSessions(now), before].map((counts) =>
          counts.find((one) => one.kind === kind && one.state === state),
        );
        return (counted?.count ?? 0) - (old?.count ?? 0);
      };
      const [one, two] = [await insertedSession(store, person), await insertedSession(store, person)];
      await insertedDeviceSession(store, person);
      expect([await countOf('session', 'active'), await countOf('device', 'active')]).toEqual([2, 1]);
      await store.setSessionState(one.id, ['active'], 'reauth_required');
      await store.endSession(two.id, 'person', t0);
      expect([await countOf('session', 'active'), await countOf('session', 'reauth_required')]).toEqual([0, 1]);
      expect(await store.countSessions(one.absoluteExpiresAt + 10_000 * minute)).toEqual([]);
    });

    it('migrates again without harm, from several connections at once', async ({ subject, store, person }) => {
      await Promise.all([...subject.replicas, ...subject.replicas].map((replica) => replica.migrate()));
      expect(await store.getPerson(person.sub)).toEqual(person);
    });

    it('shows one connection what another wrote', async ({ subject, person }) => {
      for (const replica of subject.replicas) expect(await replica.getPerson(person.sub)).toEqual(person);
    });

    it('appends to the audit, and reads on from any number', async ({ store, person }) => {
      await store.appendAudit({ type: 'session.created', sub: person.sub, detail: { ip: '192.0.2.1' } }, t0);
      await store.appendAudit({ type: 'config.loaded', detail: {} }, t0 + 1);
      const [first, second, ...none] = await store.auditAfter(0, 10);
      expect(first).toMatchObject({ type: 'session.created', sub: person.sub, detail: { ip: '192.0.2.1' }, at: t0 });
      expect(second).toEqual({ seq: second?.seq, type: 'config.loaded', detail: {}, at: t0 + 1 });
      expect(none).toEqual([]);
      expect(await store.auditAfter(first?.seq ?? 0, 10)).toEqual([second]);
      expect(await store.auditAfter(0, 1)).toEqual([first]);
    });

    it('forgets what has expired, of every table, and nothing else', async ({ store, person }) => {
      const end = t0 + minute;
      const both = [end, end + 1] as const;
      for (const expiresAt of both) {
        await store.putTransaction({ id: `t${expiresAt}`, kind: 'page', data: {}, expiresAt });
        await store.rememberOnce(`r${expiresAt}`, expiresAt, t0);
        await store.hit(`h${expiresAt}`, expiresAt - t0, t0);
        await store.addTombstone({ issuer, sid: `s${expiresAt}`, iat: t0 }, expiresAt);
        await store.insertDeviceGrant({ ...newDeviceGrant(), deviceCodeHash: `d${expiresAt}`, expiresAt });
        await store.insertSigningKey({ ...newSigningKey('retired'), kid: `k${expiresAt}`, notAfter: expiresAt });
        await store.appendRevocation({}, expiresAt - 86_400_000);
        const late = end + minute;
        await insertedSession(store, person, {
          id: `idle${expiresAt}`,
          idleExpiresAt: expiresAt,
          absoluteExpiresAt: late,
        });
        await insertedSession(store, person, {
          id: `abs${expiresAt}`,
          idleExpiresAt: late,
          absoluteExpiresAt: expiresAt,
        });
        await insertedDeviceSession(store, person, { id: `ds${expiresAt}`, absoluteExpiresAt: expiresAt });
      }
      await store.insertSigningKey(newSigningKey('active'));
      await store.grantConsents([{ sub: person.sub, origin: 'o', resource: 'r', scopes: [] }], t0);
      await store.refuseSite({ sub: person.sub, origin: 'never' }, t0);
      await store.appendAudit({ type: 'x', detail: {} }, t0);

      expect(await store.collectExpired(end - 1, 100)).toBe(0);
      expect(await store.collectExpired(end, 100)).toBe(10);
      expect(await store.collectExpired(end, 100)).toBe(0);

      expect(await store.getSession(`idle${end}`)).toBeUndefined();
      expect(await store.getSession(`abs${end}`)).toBeUndefined();
      expect(await store.getSession(`idle${end + 1}`)).toBeDefined();
      expect(await store.getSession(`abs${end + 1}`)).toBeDefined();
      expect(await store.getDeviceSession(`ds${end}`)).toBeUndefined();
      expect(await store.getDeviceSession(`ds${end + 1}`)).toBeDefined();
      expect(await store.getDeviceGrant(`d${end}`)).toBeUndefined();
      expect(await store.getDeviceGrant(`d${end + 1}`)).toBeDefined();
      expect(await store.consumeTransaction(`t${end + 1}`, 'page', t0)).toEqual({});
      expect(await store.rememberOnce(`r${end + 1}`, end + 1, t0)).toBe(false);
      expect(await store.peek(`h${end + 1}`, t0)).toBe(1);
      expect(await store.addTombstone({ issuer, sid: `s${end}`, iat: t0 }, end)).toBe(true);
      expect(await store.addTombstone({ issuer, sid: `s${end + 1}`, iat: t0 }, end)).toBe(false);
      expect((await store.listSigningKeys()).map(({ state }) => state).sort()).toEqual(['active', 'retired']);
      expect(await store.revocationsAfter(0, 10)).toHaveLength(1);
      expect(await store.listConsents(person.sub)).toHaveLength(1);
      expect(await store.listSites(person.sub)).toHaveLength(1);
      expect(await store.auditAfter(0, 10)).toHaveLength(3);
    });

    it('forgets in batches, whoever collects', async ({ subject, store }) => {
      for (let n = 0; n < 25; n += 1) await store.rememberOnce(id(), t0, t0 - 1);
      expect(await store.collectExpired(t0, 10)).toBe(10);
      const rest = await Promise.all(subject.replicas.map((replica) => replica.collectExpired(t0, 10)));
      const last = await store.collectExpired(t0, 10);
      expect(rest.reduce((sum, count) => sum + count, last)).toBe(15);
    });
  });
