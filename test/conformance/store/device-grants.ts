import fc from 'fast-check';
import { describe, expect } from 'vitest';
import type { Store } from '../../../broker/store/store.ts';
import {
  allowedGrant,
  countOf,
  id,
  minute,
  newDeviceGrant,
  newDeviceSession,
  parallel,
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
      expect(await store.redeemDeviceGrant(deviceCodeHash, t0, newDeviceSession(person))).toBe(false);
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

    it('turn into a device session, and nothing sealed is left', async ({ store, person }) => {
      const { deviceCodeHash } = await allowedGrant(store, person);
      const session = newDeviceSession(person);
      expect(await store.redeemDeviceGrant(deviceCodeHash, t0, session)).toBe(true);
      expect(await store.getDeviceSession(session.id)).toEqual({
        ...session,
        state: 'active',
        version: 1,
        refreshFailures: 0,
        rechecks: 0,
      });
      const grant = await store.getDeviceGrant(deviceCodeHash);
      expect(grant?.state).toBe('redeemed');
      expect(grant).not.toHaveProperty('sealedGrant');
      expect((await store.pollDeviceGrant(deviceCodeHash, 'tv', t0, leeway)).outcome).toBe('redeemed');
    });

    it('are not redeemed when pending, expired, another client’s or another person’s', async ({ store, person }) => {
      const pending = await pendingGrant(store);
      const session = newDeviceSession(person);
      expect(await store.redeemDeviceGrant(pending.deviceCodeHash, t0, session)).toBe(false);
      const allowed = await allowedGrant(store, person);
      const redeem = (now: number, values: Partial<typeof session>) =>
        store.redeemDeviceGrant(allowed.deviceCodeHash, now, { ...session, ...values });
      expect(await redeem(allowed.expiresAt, {})).toBe(false);
      expect(await redeem(t0, { clientId: 'cli' })).toBe(false);
      expect(await redeem(t0, { sub: id() })).toBe(false);
      expect(await store.getDeviceSession(session.id)).toBeUndefined();
      expect(await redeem(allowed.expiresAt - 1, {})).toBe(true);
    });

    it('stay allowed when the device session can’t be stored', async ({ store, person }) => {
      const first = await allowedGrant(store, person);
      const second = await allowedGrant(store, person);
      const session = newDeviceSession(person);
      await store.redeemDeviceGrant(first.deviceCodeHash, t0, session);
      await expect(store.redeemDeviceGrant(second.deviceCodeHash, t0, session)).rejects.toThrow();
      expect(await store.getDeviceGrant(second.deviceCodeHash)).toMatchObject({
        state: 'allowed',
        sealedGrant: second.sealedGrant,
      });
    });

    it('are redeemed by one of 100 at once', async ({ subject, store, person }) => {
      const { deviceCodeHash } = await allowedGrant(store, person);
      const offered = Array.from({ length: 100 }, () => newDeviceSession(person));
      const done = await parallel(100, subject.replicas, (replica, n) =>
        replica.redeemDeviceGrant(deviceCodeHash, t0, offered[n] ?? newDeviceSession(person)),
      );
      expect(countOf(done, true)).toBe(1);
      const stored = await store.listDeviceSessions(person.sub);
      expect(stored.map((session) => session.id)).toEqual([offered[done.indexOf(true)]?.id]);
    });
  });
