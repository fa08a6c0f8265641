import { randomBytes } from 'node:crypto';
import { describe, expect } from 'vitest';
import { sealAudit } from '../../../broker/audit/seal-audit.ts';
import { verifyAudit } from '../../../broker/audit/verify-audit.ts';
import { createRing } from '../../../broker/keys/ring.ts';
import type { Store } from '../../../broker/store/store.ts';
import { newSigningKey, parallel, type StoreTest, t0 } from './harness.ts';

const ring = createRing([{ kid: 'k1', key: randomBytes(32) }]);
const quiet = () => undefined;
const log = { info: quiet, warn: quiet, error: quiet };
const sealAll = (store: Store, at = t0, keepMs?: number) => sealAudit({ store, ring, now: () => at, log }, { keepMs });
const verified = (store: Store) => verifyAudit({ store, ring });

export const audit = (it: StoreTest) =>
  describe('the audit log', () => {
    it('is one chain, whoever writes and whoever seals', async ({ subject, store }) => {
      await parallel(60, subject.replicas, async (replica, n) => {
        await replica.appendAudit({ type: 'x', sub: n % 2 ? 'ada' : undefined, detail: { n, text: 'ä "\\ \n' } }, t0);
        if (n % 5 === 0) await sealAll(replica);
      });
      await sealAll(store);
      const result = await verified(store);
      expect(result).toMatchObject({ problems: [], entries: 60, unsealed: 0 });
      const numbers = (await store.auditBatchesAfter(0, 100)).map(({ number }) => number);
      expect(numbers).toEqual(numbers.map((_, index) => index + 1));
      expect(await store.lastAuditBatch()).toEqual((await store.auditBatchesAfter(numbers.length - 1, 1))[0]);
    });

    it('is sealed in batches of a limited size, and only if there is something', async ({ store }) => {
      const many = Array.from({ length: 1_001 }, (_, n) => ({ type: 'x', detail: { n } }));
      await store.revokeSigningKeys([], [newSigningKey('active'), newSigningKey('next')], () => ({
        at: t0,
        audit: many,
      }));
      await sealAll(store);
      expect(await verified(store)).toMatchObject({ problems: [], batches: 2, entries: 1_001 });
      expect(await sealAll(store)).toBeUndefined();
      expect(await store.auditOfBatch(2)).toMatchObject([{ detail: { n: 1_000 } }]);
    });

    it('gives a person’s own entries, page by page, the newest first', async ({ store }) => {
      for (let n = 0; n < 5; n += 1) {
        await store.appendAudit({ type: 'x', sub: n % 2 ? 'grace' : 'ada', detail: { n } }, t0 + n);
        await store.appendAudit({ type: 'x', detail: { n: 'nobody’s' } }, t0 + n);
      }
      const first = await store.auditOf('ada', { limit: 2 });
      expect(first.map(({ detail }) => detail.n)).toEqual([4, 2]);
      const rest = await store.auditOf('ada', { limit: 2, before: first.at(-1)?.seq });
      expect(rest).toEqual([{ seq: expect.any(Number), at: t0, type: 'x', sub: 'ada', detail: { n: 0 } }]);
      expect(await store.auditOf('ada', { limit: 2, before: rest[0]?.seq })).toEqual([]);
    });

    it('loses old batches once, whoever deletes them', async ({ subject, store }) => {
      for (let n = 0; n < 4; n += 1) {
        await store.appendAudit({ type: 'x', detail: { n } }, t0 + n);
        await sealAll(store, t0 + n);
      }
      await parallel(6, subject.replicas, (replica) => sealAll(replica, t0 + 10, 8));
      expect(await verified(store)).toMatchObject({ problems: [], floor: 2, entries: 2 });
      expect((await store.auditAfter(0, 10)).map(({ detail }) => detail.n)).toEqual([2, 3]);
    });

    it('is verified while it is written and loses old batches', async ({ subject, store }) => {
      const problems: string[] = [];
      await parallel(30, subject.replicas, async (replica, n) => {
        await replica.appendAudit({ type: 'x', detail: { n } }, t0 + n);
        await sealAll(replica, t0 + n, 5);
        problems.push(...(await verified(replica)).problems);
      });
      expect(problems).toEqual([]);
      expect((await verified(store)).floor).toBeGreaterThan(0);
    });
  });
