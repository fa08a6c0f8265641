import fc from 'fast-check';
import { describe, expect } from 'vitest';
import type { Store } from '../../../broker/store/store.ts';
import {
  allowedGrant,
  claimGrant,
  countOf,
  id,
  minute,
  newDeviceGrant,
  newDeviceSession,
  newPerson,
  parallel,
  redeemGrant,
  type StoreTest,
  t0,
} from './harness.ts';

const leeway = 1_000;

async function pendingGrant(store: Store) {
  const grant = newDeviceGrant();
  await store.insertDeviceGrant(grant);
  const poll = async (at: number) => (await store.pollDeviceGrant(grant.deviceCodeHash, 'tv', at, leeway)).outcome;
  return { ...grant, poll };
}

export const deviceGrants = (it: StoreTest) =>
  describe('device grants', () => {
    it('give back what was put in, by either code', async ({ store }) => {
      const grant = newDeviceGrant();
      expect(await store.insertDeviceGrant(grant)).toBe('inserted');
      const stored = { ...grant, state: 'pending' };
      expect(await store.getDeviceGrant(grant.deviceCodeHash)).toEqual(stored);
      expect(await store.findDeviceGrantByUserCode(grant.userCodeHash, t0)).toEqual(stored);
      expect(await store.getDeviceGrant(id())).toBeUndefined();
      expect(await store.findDeviceGrantByUserCode(id(), t0)).toBeUndefined();
    });

    it('refuse a user code that is taken', async ({ store }) => {
      const grant = newDeviceGrant();
      await store.insertDeviceGrant(grant);
      const second = { ...newDeviceGrant(), userCodeHash: grant.userCodeHash };
      expect(await store.insertDeviceGrant(second)).toBe('user_code_taken');
      expect(await store.getDeviceGrant(second.deviceCodeHash)).toBeUndefined();
    });

    it('are found by user code only while they wait for a decision', async ({ store, person }) => {
      const grant = await pendingGrant(store);
      const find = (now: number) => store.findDeviceGrantByUserCode(grant.userCodeHash, now);
      expect(await find(grant.expiresAt)).toBeUndefined();
      expect(await find(grant.expiresAt - 1)).toBeDefined();
      await store.decideDeviceGrant(grant.deviceCodeHash, { decision: 'deny', sub: person.sub }, t0);
      expect(await find(t0)).toBeUndefined();
    });

    it('are found by the account that the device named, the newest first, while they wait', async ({
      store,
      person,
    }) => {
      const [ada, grace] = [id(), id()];
      const naming = (accountKey: string, createdAt: number) => ({
        ...newDeviceGrant(),
        accountKey,
        numbers: ['42', '17', '93'],
        createdAt,
        expiresAt: createdAt + 10 * minute,
      });
      const [older, newer, other] = [naming(ada, t0), naming(ada, t0 + 1), naming(grace, t0)];
      for (const grant of [older, newer, other, newDeviceGrant()]) await store.insertDeviceGrant(grant);
      const list = async (keys: string[], now = t0 + 1, limit = 10) =>
        (await store.listDeviceGrantsNaming(keys, now, limit)).map(({ deviceCodeHash }) => deviceCodeHash);
      expect(await store.listDeviceGrantsNaming([grace], t0, 1)).toEqual([{ ...other, state: 'pending' }]);
      expect(await list([ada])).toEqual([newer.deviceCodeHash, older.deviceCodeHash]);
      expect(await list([ada], t0, 1)).toEqual([newer.deviceCodeHash]);
      expect(await list([])).toEqual([]);
      expect(await list([id()])).toEqual([]);
      expect(await list([ada, grace], older.expiresAt)).toEqual([newer.deviceCodeHash]);
      await store.decideDeviceGrant(newer.deviceCodeHash, { decision: 'deny', sub: person.sub }, t0);
      expect(await list([ada, id()])).toEqual([older.deviceCodeHash]);
    });

    it('tell a poll about an unknown code, another client’s, and an expired one', async ({ store }) => {
      const { deviceCodeHash, expiresAt, poll } = await pendingGrant(store);
      expect(await store.pollDeviceGrant(id(), 'tv', t0, leeway)).toEqual({ outcome: 'unknown' });
      expect(await store.pollDeviceGrant(deviceCodeHash, 'cli', t0, leeway)).toEqual({ outcome: 'wrong_client' });
      expect(await store.getDeviceGrant(deviceCodeHash)).not.toHaveProperty('lastPollAt');
      expect(await poll(expiresAt - 1)).toBe('pending');
      expect(await poll(expiresAt)).toBe('expired');
    });

    it('do not slow the first poll, nor one that keeps the interval within the leeway', async ({ store }) => {
      const { poll } = await pendingGrant(store);
      expect(await poll(t0)).toBe('pending');
      expect(await poll(t0 + 4_000)).toBe('pending');
      expect(await poll(t0 + 8_000)).toBe('pending');
      expect(await poll(t0 + 11_999)).toBe('slow_down');
    });

    it('slow by five seconds each time, and recover', async ({ store }) => {
      const { deviceCodeHash, poll } = await pendingGrant(store);
      await poll(t0);
      const slowed = await store.pollDeviceGrant(deviceCodeHash, 'tv', t0 + 1_000, leeway);
      expect(slowed).toMatchObject({ outcome: 'slow_down', grant: { interval: 10, lastPollAt: t0 + 1_000 } });
      expect(await poll(t0 + 9_999)).toBe('slow_down');
      expect(await poll(t0 + 9_999 + 14_000)).toBe('pending');
      expect((await store.getDeviceGrant(deviceCodeHash))?.interval).toBe(15);
    });

    it('always recover: whatever was polled, waiting the interval told is enough', async ({ store }) => {
      await fc.assert(
        fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 20 }), async (gaps) => {
          const grant = { ...newDeviceGrant(), expiresAt: t0 + 60 * minute };
          await store.insertDeviceGrant(grant);
          let at = t0;
          let interval = grant.interval;
          for (const gap of gaps) {
            at += gap;
            const result = await store.pollDeviceGrant(grant.deviceCodeHash, 'tv', at, leeway);
            if (!('grant' in result)) throw new Error(result.outcome);
            interval = result.grant.interval;
            expect(interval).toBeLessThanOrEqual(60);
          }
          const { outcome } = await store.pollDeviceGrant(grant.deviceCodeHash, 'tv', at + interval * 1_000, leeway);
          expect(outcome).toBe('pending');
        }),
        { numRuns: 15 },
      );
    });

    it('answer the first of 50 polls at once, and slow the others', async ({ subject, store }) => {
      const { deviceCodeHash } = await pendingGrant(store);
      const outcomes = await parallel(50, subject.replicas, async (replica) => {
        const { outcome } = await replica.pollDeviceGrant(deviceCodeHash, 'tv', t0, leeway);
        return outcome;
      });
      expect(countOf(outcomes, 'pending')).toBe(1);
      expect(countOf(outcomes, 'slow_down')).toBe(49);
    });

    it('are allowed, and say so however soon they are asked', async ({ store, person }) => {
      const { deviceCodeHash, poll, ...grant } = await pendingGrant(store);
      await poll(t0);
      const sealedGrant = id();
      const claims = { groups: ['staff'] };
      const allow = { decision: 'allow' as const, sub: person.sub, sealedGrant, claims, scopes: ['openid'] };
      expect(await store.decideDeviceGrant(deviceCodeHash, allow, t0 + 1)).toBe(true);
      expect(await store.pollDeviceGrant(deviceCodeHash, 'tv', t0 + 2, leeway)).toEqual({
        outcome: 'allowed',
        grant: {
          ...grant,
          deviceCodeHash,
          state: 'allowed',
          lastPollAt: t0,
          sub: person.sub,
          sealedGrant,
          claims,
          scopes: ['openid'],
        },
      });
      expect(await poll(grant.expiresAt)).toBe('expired');
    });

    it('are denied', async ({ store, person }) => {
      const { deviceCodeHash, poll } = await pendingGrant(store);
      expect(await store.decideDeviceGrant(deviceCodeHash, { decision: 'deny', sub: person.sub }, t0)).toBe(true);
      expect(await poll(t0)).toBe('denied');
      const claim = { deviceCodeHash, sealedGrant: id() };
      expect(await claimGrant(store, claim, newDeviceSession(person))).toBe(false);
    });

    it('are not decided when unknown, expired, or decided', async ({ store, person }) => {
      const deny = { decision: 'deny' as const, sub: person.sub };
      const { deviceCodeHash, expiresAt } = await pendingGrant(store);
      expect(await store.decideDeviceGrant(id(), deny, t0)).toBe(false);
      expect(await store.decideDeviceGrant(deviceCodeHash, deny, expiresAt)).toBe(false);
      expect(await store.decideDeviceGrant(deviceCodeHash, deny, expiresAt - 1)).toBe(true);
      expect(await store.decideDeviceGrant(deviceCodeHash, deny, t0)).toBe(false);
    });

    it('are decided by one of 30 at once', async ({ subject, store, person }) => {
      const { deviceCodeHash } = await pendingGrant(store);
      const done = await parallel(30, subject.replicas, (replica) =>
        replica.decideDeviceGrant(deviceCodeHash, { decision: 'deny', sub: person.sub }, t0),
      );
      expect(countOf(done, true)).toBe(1);
    });

    it('begin a device session without being spent, and are spent once its answer is ready', async ({
      store,
      person,
    }) => {
      const allowed = await allowedGrant(store, person);
      const { deviceCodeHash, expiresAt } = allowed;
      const session = { ...newDeviceSession(person), absoluteExpiresAt: expiresAt };
      const resealed = id();
      const claim = { sealedGrant: allowed.sealedGrant, resealed, deviceSession: session };
      expect(await store.claimDeviceGrant(deviceCodeHash, t0, claim)).toBe(true);
      const stored = { ...session, state: 'active', version: 1, refreshFailures: 0, rechecks: 0 };
      expect(await store.getDeviceSession(session.id)).toEqual(stored);
      expect(await store.pollDeviceGrant(deviceCodeHash, 'tv', t0, leeway)).toMatchObject({
        outcome: 'allowed',
        grant: { sealedGrant: resealed },
      });

      const absoluteExpiresAt = t0 + 99 * minute;
      expect(await redeemGrant(store, allowed, { id: session.id, absoluteExpiresAt })).toBe(true);
      expect(await store.getDeviceSession(session.id)).toEqual({ ...stored, absoluteExpiresAt });
      const grant = await store.getDeviceGrant(deviceCodeHash);
      expect(grant?.state).toBe('redeemed');
      expect(grant).not.toHaveProperty('sealedGrant');
      expect((await store.pollDeviceGrant(deviceCodeHash, 'tv', t0, leeway)).outcome).toBe('redeemed');
      expect(await store.auditAfter(0, 10)).toMatchObject([{ type: 'device.created', at: t0 }]);
    });

    it('begin nothing when pending, expired, another client’s or another person’s, or read too early', async ({
      store,
      person,
    }) => {
      const session = newDeviceSession(person);
      expect(await claimGrant(store, { ...(await pendingGrant(store)), sealedGrant: id() }, session)).toBe(false);
      const { deviceCodeHash, sealedGrant, expiresAt } = await allowedGrant(store, person);
      const claim = (now: number, values: object, read = sealedGrant) =>
        store.claimDeviceGrant(deviceCodeHash, now, {
          sealedGrant: read,
          resealed: id(),
          deviceSession: { ...session, ...values },
        });
      expect(await claim(expiresAt, {})).toBe(false);
      expect(await claim(t0, { clientId: 'cli' })).toBe(false);
      expect(await claim(t0, { sub: id() })).toBe(false);
      expect(await claim(t0, {}, id())).toBe(false);
      expect(await store.getDeviceSession(session.id)).toBeUndefined();
      expect(await claim(expiresAt - 1, {})).toBe(true);
      expect(await claim(t0, { id: id() })).toBe(false);
    });

    it('are not spent when expired, or when what began under them has ended', async ({ store, person }) => {
      const late = { ...(await allowedGrant(store, person)), absoluteExpiresAt: t0 + 99 * minute };
      const session = newDeviceSession(person);
      await claimGrant(store, late, session);
      const report = { at: t0, audit: [{ type: 'device.created', detail: {} }] };
      const values = { id: session.id, absoluteExpiresAt: t0 + 99 * minute, report };
      expect(await store.redeemDeviceGrant(late.deviceCodeHash, late.expiresAt, values)).toBe(false);
      expect((await store.getDeviceGrant(late.deviceCodeHash))?.state).toBe('allowed');
      expect((await store.getDeviceSession(session.id))?.absoluteExpiresAt).toBe(session.absoluteExpiresAt);

      await store.endDeviceSession(session.id, 'person', t0);
      expect(await redeemGrant(store, late, session)).toBe(false);
      const grant = await store.getDeviceGrant(late.deviceCodeHash);
      expect(grant?.state).toBe('denied');
      expect(grant).not.toHaveProperty('sealedGrant');
      expect(await store.auditAfter(0, 10)).toEqual([]);
    });

    it('that nobody has taken up are denied at once with the person’s others', async ({ store, person }) => {
      const other = await store.upsertPerson(newPerson(), t0);
      const [allowed, begun, spent, others] = [
        await allowedGrant(store, person),
        await allowedGrant(store, person),
        await allowedGrant(store, person),
        await allowedGrant(store, other),
      ];
      await claimGrant(store, begun, newDeviceSession(person));
      const session = newDeviceSession(person);
      await claimGrant(store, spent, session);
      await redeemGrant(store, spent, session);
      await store.denyGrantsOf({ sub: person.sub });
      for (const { deviceCodeHash } of [allowed, begun]) {
        const grant = await store.getDeviceGrant(deviceCodeHash);
        expect(grant?.state).toBe('denied');
        expect(grant).not.toHaveProperty('sealedGrant');
      }
      expect((await store.getDeviceGrant(spent.deviceCodeHash))?.state).toBe('redeemed');
      expect((await store.getDeviceGrant(others.deviceCodeHash))?.state).toBe('allowed');
    });

    it('stay as they were when the device session can’t be stored', async ({ store, person }) => {
      const first = await allowedGrant(store, person);
      const second = await allowedGrant(store, person);
      const session = newDeviceSession(person);
      await claimGrant(store, first, session);
      await expect(claimGrant(store, second, session)).rejects.toThrow();
      expect(await store.getDeviceGrant(second.deviceCodeHash)).toMatchObject({
        state: 'allowed',
        sealedGrant: second.sealedGrant,
      });
    });

    it('begin one session of 100 at once, and are spent by one of 100', async ({ subject, store, person }) => {
      const grant = await allowedGrant(store, person);
      const offered = Array.from({ length: 100 }, () => newDeviceSession(person));
      const begun = await parallel(100, subject.replicas, (replica, n) =>
        claimGrant(replica, grant, offered[n] ?? newDeviceSession(person)),
      );
      expect(countOf(begun, true)).toBe(1);
      const [stored, ...more] = await store.listDeviceSessions(person.sub);
      expect(stored?.id).toBe(offered[begun.indexOf(true)]?.id);
      expect(more).toEqual([]);
      const spent = await parallel(100, subject.replicas, (replica) =>
        redeemGrant(replica, grant, { id: stored?.id ?? '', absoluteExpiresAt: t0 + 99 * minute }),
      );
      expect(countOf(spent, true)).toBe(1);
    });
  });
