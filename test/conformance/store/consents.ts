import fc from 'fast-check';
import { describe, expect } from 'vitest';
import { parallel, type StoreTest, t0 } from './harness.ts';

const origin = 'https://shop.example.com';
const resource = 'https://api.example.com';

export const consents = (it: StoreTest) =>
  describe('consents', () => {
    it('are none at first', async ({ store, person }) => {
      expect(await store.listConsents(person.sub)).toEqual([]);
      expect(await store.revokeConsent({ sub: person.sub, origin })).toBe(0);
    });

    it('grow to the union, whatever the order', async ({ store, person }) => {
      const scope = fc.constantFrom('a', 'b', 'c:d', 'e');
      await fc.assert(
        fc.asyncProperty(fc.array(fc.array(scope), { minLength: 1, maxLength: 5 }), async (decisions) => {
          await store.revokeConsent({ sub: person.sub, origin });
          for (const scopes of decisions)
            await store.grantConsents([{ sub: person.sub, origin, resource, scopes }], t0);
          const scopes = [...new Set(decisions.flat())].sort();
          expect(await store.listConsents(person.sub)).toEqual([
            { sub: person.sub, origin, resource, scopes, grantedAt: t0 },
          ]);
        }),
        { numRuns: 20 },
      );
    });

    it('answer with the union, dated by the last decision', async ({ store, person }) => {
      const { sub } = person;
      await store.grantConsents([{ sub, origin, resource, scopes: ['write'] }], t0);
      expect(await store.grantConsents([{ sub, origin, resource, scopes: ['read'] }], t0 + 1)).toEqual([
        { sub, origin, resource, scopes: ['read', 'write'], grantedAt: t0 + 1 },
      ]);
    });

    it('to several resources are stored together, or none is', async ({ store, person }) => {
      const { sub } = person;
      const both = [resource, 'https://other.example.com'].map((to) => ({ sub, origin, resource: to, scopes: ['a'] }));
      const nobody = { sub: 'nobody', origin, resource, scopes: ['a'] };
      await expect(store.grantConsents([...both, nobody], t0)).rejects.toThrow();
      expect(await store.listConsents(sub)).toEqual([]);
      await store.refuseSite({ sub, origin }, t0);
      expect(await store.grantConsents(both, t0)).toEqual(both.map((each) => ({ ...each, grantedAt: t0 })));
      expect(await store.listConsents(sub)).toHaveLength(2);
      expect(await store.listSites(sub)).toEqual([expect.not.objectContaining({ refusedAt: t0 })]);
    });

    it('are revoked for one resource, or for the whole site', async ({ store, person }) => {
      const { sub } = person;
      const other = 'https://other.example.com';
      for (const to of [resource, other]) await store.grantConsents([{ sub, origin, resource: to, scopes: ['a'] }], t0);
      await store.grantConsents([{ sub, origin: 'https://notes.example.com', resource, scopes: ['a'] }], t0);
      const left = async () => (await store.listConsents(sub)).map((consent) => [consent.origin, consent.resource]);
      expect(await store.revokeConsent({ sub, origin, resource })).toBe(1);
      expect(await left()).toEqual([
        ['https://notes.example.com', resource],
        [origin, other],
      ]);
      await store.grantConsents([{ sub, origin, resource, scopes: ['b'] }], t0);
      expect(await store.revokeConsent({ sub, origin })).toBe(2);
      expect(await left()).toEqual([['https://notes.example.com', resource]]);
    });

    it('that are revoked stay so, whatever else is granted at the same time', async ({ subject, store, person }) => {
      const { sub } = person;
      for (let round = 0; round < 20; round += 1) {
        await store.revokeConsent({ sub, origin });
        await store.grantConsents([{ sub, origin, resource, scopes: ['old'] }], t0);
        await parallel(4, subject.replicas, async (replica, n) => {
          if (n === 0) await replica.revokeConsent({ sub, origin });
          else await replica.grantConsents([{ sub, origin, resource, scopes: ['new'] }], t0);
        });
        const scopes = (await store.listConsents(sub)).flatMap((consent) => consent.scopes);
        expect(scopes).not.toContain('old');
      }
    });

    it('lose nothing of 20 decisions at once', async ({ subject, store, person }) => {
      const { sub } = person;
      await parallel(20, subject.replicas, (replica, n) =>
        replica.grantConsents([{ sub, origin, resource, scopes: [`scope-${n}`] }], t0),
      );
      expect((await store.listConsents(sub))[0]?.scopes).toHaveLength(20);
    });
  });
