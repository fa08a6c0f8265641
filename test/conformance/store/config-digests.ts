import { describe, expect } from 'vitest';
import type { ConfigDigests } from '../../../broker/store/store.ts';
import { parallel, type StoreTest, t0 } from './harness.ts';

const digests = (issuer: string): ConfigDigests => ({ ringKid: 'k1', sections: { issuer, listen: 'L' } });

export const configDigests = (it: StoreTest) =>
  describe('the configuration that brokers last ran with', () => {
    it('is unknown at first, and then what was stored last, for every replica', async ({ store, subject }) => {
      const seen: (ConfigDigests | undefined)[] = [];
      for (const [n, replica] of subject.replicas.entries()) {
        await replica.replaceConfigDigests((before) => {
          seen.push(before);
          return { digests: digests(`I${n}`), report: undefined };
        });
      }
      expect(seen).toEqual([undefined, digests('I0'), digests('I1')]);
      expect(await store.auditAfter(0, 10)).toEqual([]);
    });

    it('is stored with its audit entry, or not at all', async ({ store }) => {
      const audit = [{ type: 'config.started', detail: { changed: ['issuer'] } }];
      await store.replaceConfigDigests(() => ({ digests: digests('I'), report: { at: t0, audit } }));
      expect(await store.auditAfter(0, 10)).toMatchObject([{ ...audit[0], at: t0 }]);
      const failing = store.replaceConfigDigests(() => {
        throw new Error('of this test');
      });
      await expect(failing).rejects.toThrow('of this test');
      await store.replaceConfigDigests((before) => {
        expect(before).toEqual(digests('I'));
        return { digests: digests('I'), report: undefined };
      });
    });

    it('is seen as changed once, however many brokers start at the same time', async ({ store, subject }) => {
      await parallel(9, subject.replicas, (replica) =>
        replica.replaceConfigDigests((before) => {
          const isNews = before?.sections.issuer !== 'new';
          const audit = [{ type: 'config.started', detail: {} }];
          return { digests: digests('new'), report: isNews ? { at: t0, audit } : undefined };
        }),
      );
      expect(await store.auditAfter(0, 10)).toHaveLength(1);
    });
  });
