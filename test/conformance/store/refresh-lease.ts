import fc from 'fast-check';
import { describe, expect } from 'vitest';
import type { GrantKind, Person, Store } from '../../../broker/store/store.ts';
import { id, insertedDeviceSession, insertedSession, parallel, type StoreTest, t0 } from './harness.ts';

const hour = 3_600_000;

const begun = {
  session: { insert: insertedSession, read: (store: Store, id: string) => store.getSession(id) },
  device: { insert: insertedDeviceSession, read: (store: Store, id: string) => store.getDeviceSession(id) },
};

const end = (store: Store, kind: GrantKind, id: string) =>
  kind === 'session' ? store.endSession(id, 'signed_out', t0) : store.endDeviceSession(id, 'removed', t0);

const result = () => ({
  sealedRefresh: id(),
  ringKid: 'ring-2',
  claims: { groups: ['new'] },
  refreshedAt: t0 + 9,
});

const hint = (store: Store, kind: GrantKind, id: string) =>
  kind === 'session'
    ? store.setSessionState(id, ['active', 'recheck'], 'recheck')
    : store.setDeviceSessionState(id, ['active', 'recheck'], 'recheck');

/** Acquires the lease, which must be free. */
async function take(store: Store, kind: GrantKind, id: string, version: number, leaseMs: number) {
  const lease = await store.beginRefresh(kind, id, version, leaseMs);
  if (!lease.taken) throw new Error('the lease is not free');
  return lease;
}

export const refresh = (it: StoreTest) =>
  describe.each(['session', 'device'] as const)('refresh of a %s', (kind) => {
    const { insert, read } = begun[kind];

    it('is taken once, then refused until the lease has run out', async ({ subject, store, person }) => {
      const { id } = await insert(store, person);
      const first = await take(store, kind, id, 1, hour);
      expect(first.firstSentAt).toBe(first.dbNow);
      expect(first.lease).toBe(first.dbNow + hour);
      expect((await read(store, id))?.refreshingUntil).toBe(first.lease);
      expect(await store.beginRefresh(kind, id, 1, hour)).toEqual({ taken: false });

      const brief = await insert(store, person);
      const before = await take(store, kind, brief.id, 1, 5);
      await subject.pass(10);
      const after = await take(store, kind, brief.id, 1, hour);
      expect(after.dbNow).toBeGreaterThanOrEqual(before.lease);
    });

    it('is renewed by its holder alone', async ({ subject, store, person }) => {
      const { id } = await insert(store, person);
      const first = await take(store, kind, id, 1, 1_000);
      await subject.pass(5);
      const lease = await store.renewRefresh(kind, id, 1, { lease: first.lease, leaseMs: hour });
      expect(lease).toBeGreaterThan(first.lease);
      expect((await read(store, id))?.refreshingUntil).toBe(lease);
      expect(await store.renewRefresh(kind, id, 1, { lease: first.lease, leaseMs: hour })).toBeUndefined();
      await subject.pass(1_000);
      expect(await store.beginRefresh(kind, id, 1, hour)).toEqual({ taken: false });
    });

    it('keeps the moment of the first sending across leases with an unknown outcome', async ({
      subject,
      store,
      person,
    }) => {
      const { id } = await insert(store, person);
      const first = await take(store, kind, id, 1, 5);
      await subject.pass(10);
      const second = await take(store, kind, id, 1, hour);
      expect(second.firstSentAt).toBe(first.firstSentAt);
      await store.releaseRefresh(kind, id, 1, { lease: second.lease, clearFirstSent: false });
      const third = await take(store, kind, id, 1, hour);
      expect(third.firstSentAt).toBe(first.firstSentAt);
      expect(third.dbNow).toBeGreaterThan(first.firstSentAt);
    });

    it('forgets it when the outcome is known', async ({ subject, store, person }) => {
      const { id } = await insert(store, person);
      const first = await take(store, kind, id, 1, hour);
      await store.releaseRefresh(kind, id, 1, { lease: first.lease, clearFirstSent: true });
      await subject.pass(5);
      const second = await take(store, kind, id, 1, hour);
      expect(second.firstSentAt).toBe(second.dbNow);
      expect(second.firstSentAt).toBeGreaterThan(first.firstSentAt);
    });

    it('writes the result, frees everything and moves the version on', async ({ store, person }) => {
      const inserted = await insert(store, person);
      const { lease } = await take(store, kind, inserted.id, 1, hour);
      await store.releaseRefresh(kind, inserted.id, 1, { lease, clearFirstSent: true, failure: 'server_error' });
      await hint(store, kind, inserted.id);
      await take(store, kind, inserted.id, 1, hour);
      const written = result();
      expect(await store.commitRefresh(kind, inserted.id, { version: 1, rechecks: 1 }, written)).toBe(true);
      expect(await read(store, inserted.id)).toEqual({
        ...inserted,
        ...written,
        state: 'active',
        version: 2,
        refreshFailures: 0,
        rechecks: 1,
      });
      expect(await store.beginRefresh(kind, inserted.id, 1, hour)).toEqual({ taken: false });
      await take(store, kind, inserted.id, 2, hour);
    });

    it('does not settle a hint that came after it began, be it the first or another', async ({ store, person }) => {
      const { id } = await insert(store, person);
      await take(store, kind, id, 1, hour);
      await hint(store, kind, id);
      expect(await store.commitRefresh(kind, id, { version: 1, rechecks: 0 }, result())).toBe(true);
      expect(await read(store, id)).toMatchObject({ state: 'recheck', version: 2, rechecks: 1 });

      await take(store, kind, id, 2, hour);
      await hint(store, kind, id);
      await store.commitRefresh(kind, id, { version: 2, rechecks: 1 }, result());
      expect(await read(store, id)).toMatchObject({ state: 'recheck', version: 3, rechecks: 2 });

      await store.commitRefresh(kind, id, { version: 3, rechecks: 2 }, result());
      expect((await read(store, id))?.state).toBe('active');
    });

    it('settles no hint, and keeps what is known, where nothing was learnt of the person', async ({
      store,
      person,
    }) => {
      const { id, claims, refreshedAt } = await insert(store, person);
      const { sealedRefresh, ringKid } = result();
      await store.commitRefresh(kind, id, { version: 1, rechecks: 0 }, { sealedRefresh, ringKid });
      expect(await read(store, id)).toMatchObject({ state: 'active', version: 2, claims, refreshedAt, sealedRefresh });
      await hint(store, kind, id);
      await store.commitRefresh(kind, id, { version: 2, rechecks: 1 }, { sealedRefresh, ringKid });
      expect(await read(store, id)).toMatchObject({ state: 'recheck', version: 3, rechecks: 1 });
    });

    it('keeps the refresh token where the provider does not rotate', async ({ store, person }) => {
      const { id, sealedRefresh, ringKid } = await insert(store, person);
      await take(store, kind, id, 1, hour);
      await store.commitRefresh(kind, id, { version: 1, rechecks: 0 }, { claims: { groups: [] }, refreshedAt: t0 + 1 });
      expect(await read(store, id)).toMatchObject({ sealedRefresh, ringKid, version: 2, claims: { groups: [] } });
    });

    it('commits once: a result that comes late changes nothing', async ({ subject, store, person }) => {
      const { id } = await insert(store, person);
      await take(store, kind, id, 1, 5);
      await subject.pass(10);
      await take(store, kind, id, 1, hour);
      const first = result();
      expect(await store.commitRefresh(kind, id, { version: 1, rechecks: 0 }, first)).toBe(true);
      expect(await store.commitRefresh(kind, id, { version: 1, rechecks: 0 }, result())).toBe(false);
      expect(await read(store, id)).toMatchObject({ ...first, version: 2 });
    });

    it('does not let a late release free somebody else’s lease', async ({ subject, store, person }) => {
      const { id } = await insert(store, person);
      const late = await take(store, kind, id, 1, 5);
      await subject.pass(10);
      const present = await take(store, kind, id, 1, hour);
      await store.releaseRefresh(kind, id, 1, { lease: late.lease, clearFirstSent: true, failure: 'late' });
      expect(await read(store, id)).toMatchObject({
        refreshingUntil: present.lease,
        refreshFirstSentAt: late.firstSentAt,
        refreshFailures: 0,
      });
    });

    it('counts definite failures in a row', async ({ store, person }) => {
      const { id } = await insert(store, person);
      for (const failure of ['invalid_scope', 'unauthorized_client']) {
        const { lease } = await take(store, kind, id, 1, hour);
        await store.releaseRefresh(kind, id, 1, { lease, clearFirstSent: true, failure });
      }
      const { lease } = await take(store, kind, id, 1, hour);
      await store.releaseRefresh(kind, id, 1, { lease, clearFirstSent: true });
      expect(await read(store, id)).toMatchObject({ refreshFailures: 2, refreshFailure: 'unauthorized_client' });
    });

    it('neither begins nor commits on what has ended or never was', async ({ store, person }) => {
      const { id: taken } = await insert(store, person);
      await take(store, kind, taken, 1, hour);
      await end(store, kind, taken);
      expect(await store.commitRefresh(kind, taken, { version: 1, rechecks: 0 }, result())).toBe(false);
      expect(await store.beginRefresh(kind, taken, 1, hour)).toEqual({ taken: false });
      expect(await read(store, taken)).not.toHaveProperty('sealedRefresh');
      expect(await store.beginRefresh(kind, id(), 1, hour)).toEqual({ taken: false });
      expect(await store.commitRefresh(kind, id(), { version: 1, rechecks: 0 }, result())).toBe(false);
    });

    it('is taken by one of 100 at once', async ({ subject, store, person }) => {
      const { id } = await insert(store, person);
      const leases = await parallel(100, subject.replicas, (replica) => replica.beginRefresh(kind, id, 1, hour));
      expect(leases.filter(({ taken }) => taken)).toHaveLength(1);
    });

    it('is committed by one of 30 at once', async ({ subject, store, person }) => {
      const { id } = await insert(store, person);
      await take(store, kind, id, 1, hour);
      const results = Array.from({ length: 30 }, result);
      const done = await parallel(30, subject.replicas, (replica, n) =>
        replica.commitRefresh(kind, id, { version: 1, rechecks: 0 }, results[n] ?? result()),
      );
      expect(done.filter(Boolean)).toHaveLength(1);
      expect((await read(store, id))?.sealedRefresh).toBe(results[done.indexOf(true)]?.sealedRefresh);
    });

    it('holds its rules under any order of steps', async ({ subject, store, person }) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), (steps) =>
          checkAgainstModel(kind, steps, { ...subject, store, person }),
        ),
        { numRuns: 25 },
      );
    });
  });

const step = fc.oneof(
  fc.record({ do: fc.constant('begin' as const), leaseMs: fc.constantFrom(4, hour) }),
  fc.record({ do: fc.constant('commit' as const), behind: fc.constantFrom(0, 1) }),
  fc.record({ do: fc.constant('release' as const), known: fc.boolean() }),
  fc.record({ do: fc.constant('pass' as const) }),
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** Runs the steps on a row and on a simple model, which must agree after each step. */
async function checkAgainstModel(
  kind: GrantKind,
  steps: Step[],
  { store, person, pass }: { store: Store; person: Person; pass(ms: number): Promise<void> },
): Promise<void> {
  const { insert, read } = begun[kind];
  const { id, sealedRefresh } = await insert(store, person);
  let version = 1;
  let sealed = sealedRefresh;
  /** `brief` leases have expired once time has passed. */
  let lease: { until: number; brief: boolean } | undefined;
  let firstSentAt: number | undefined;
  for (const now of steps) {
    if (now.do === 'pass') {
      await pass(8);
      if (lease?.brief) lease = { ...lease, until: 0 };
    } else if (now.do === 'begin') {
      const taken = await store.beginRefresh(kind, id, version, now.leaseMs);
      // A brief lease may or may not have expired in real time.
      if (!lease?.brief) expect(taken.taken).toBe(lease === undefined);
      if (lease?.until === 0) expect(taken.taken).toBe(true);
      if (!taken.taken) continue;
      expect(taken.firstSentAt).toBe(firstSentAt ?? taken.dbNow);
      firstSentAt = taken.firstSentAt;
      lease = { until: taken.lease, brief: now.leaseMs !== hour };
    } else if (now.do === 'commit') {
      const written = result();
      const done = await store.commitRefresh(kind, id, { version: version - now.behind, rechecks: 0 }, written);
      expect(done).toBe(now.behind === 0);
      if (!done) continue;
      version += 1;
      sealed = written.sealedRefresh;
      lease = undefined;
      firstSentAt = undefined;
    } else if (lease && lease.until !== 0) {
      await store.releaseRefresh(kind, id, version, { lease: lease.until, clearFirstSent: now.known });
      lease = undefined;
      if (now.known) firstSentAt = undefined;
    }
    const row = await read(store, id);
    expect(row?.version).toBe(version);
    expect(row?.sealedRefresh).toBe(sealed);
    expect(row?.refreshFirstSentAt).toBe(firstSentAt);
  }
}
