import { describe, expect } from 'vitest';
import { countOf, insertedSession, parallel, type StoreTest, t0 } from './harness.ts';

const origin = 'https://shop.example.com';
const other = 'https://notes.example.com';
const resource = 'https://api.example.com';
const scopes = ['orders:read'];

export const sites = (it: StoreTest) =>
  describe('sites', () => {
    it('are unknown at first', async ({ store, person: { sub } }) => {
      expect(await store.listSites(sub)).toEqual([]);
      expect(await store.letSiteAsk({ sub, origin })).toBe(false);
    });

    it('are refused once, with all their consents, and those of others stay', async ({ store, person: { sub } }) => {
      for (const site of [origin, other]) await store.grantConsents([{ sub, origin: site, resource, scopes }], t0);
      await store.grantConsents([{ sub, origin, resource: 'https://other.example.com', scopes }], t0);
      expect(await store.refuseSite({ sub, origin }, t0 + 1)).toBe(true);
      expect(await store.refuseSite({ sub, origin }, t0 + 2)).toBe(false);
      expect(await store.listSites(sub)).toEqual([{ sub, origin, refusedAt: t0 + 1 }]);
      expect((await store.listConsents(sub)).map((consent) => consent.origin)).toEqual([other]);
    });

    it('may ask again once that is taken back, or a consent has been given since', async ({ store, person }) => {
      const { sub } = person;
      const refused = async () => (await store.listSites(sub)).some(({ refusedAt }) => refusedAt !== undefined);
      await store.refuseSite({ sub, origin }, t0);
      expect(await store.letSiteAsk({ sub, origin })).toBe(true);
      expect(await store.letSiteAsk({ sub, origin })).toBe(false);
      expect(await refused()).toBe(false);
      await store.refuseSite({ sub, origin }, t0);
      await store.grantConsents([{ sub, origin: other, resource, scopes }], t0);
      expect(await refused()).toBe(true);
      await store.grantConsents([{ sub, origin, resource, scopes }], t0);
      expect(await refused()).toBe(false);
    });

    it('are refused to one person, and come with their authority', async ({ store, person }) => {
      const { id } = await insertedSession(store, person);
      await store.refuseSite({ sub: person.sub, origin }, t0);
      await store.touchSite({ sub: person.sub, origin }, { at: t0 + 1, from: '192.0.2.7' });
      expect((await store.getAuthority(id, origin, resource))?.site).toEqual({
        sub: person.sub,
        origin,
        refusedAt: t0,
        lastUsedAt: t0 + 1,
        lastUsedFrom: '192.0.2.7',
      });
      expect((await store.getAuthority(id, other, resource))?.site).toEqual({ sub: person.sub, origin: other });
    });

    it('remember their last use, whatever the order, beside what was decided', async ({ store, person: { sub } }) => {
      await store.touchSite({ sub, origin }, { at: t0 + 2, from: '192.0.2.7' });
      await store.touchSite({ sub, origin }, { at: t0 + 1, from: '192.0.2.8' });
      expect(await store.listSites(sub)).toEqual([{ sub, origin, lastUsedAt: t0 + 2, lastUsedFrom: '192.0.2.7' }]);
      await store.refuseSite({ sub, origin }, t0);
      await store.touchSite({ sub, origin }, { at: t0 + 3, from: undefined });
      expect(await store.listSites(sub)).toEqual([{ sub, origin, refusedAt: t0, lastUsedAt: t0 + 3 }]);
    });

    it('are refused by one of 20 at once, and then have no consent of a race', async ({ subject, store, person }) => {
      const { sub } = person;
      const refusals = await parallel(20, subject.replicas, (replica) => replica.refuseSite({ sub, origin }, t0));
      expect(countOf(refusals, true)).toBe(1);
      await parallel(20, subject.replicas, async (replica, n) => {
        if (n % 2) await replica.refuseSite({ sub, origin }, t0);
        else await replica.grantConsents([{ sub, origin, resource, scopes }], t0);
      });
      const refused = (await store.listSites(sub))[0]?.refusedAt !== undefined;
      expect(await store.listConsents(sub)).toHaveLength(refused ? 0 : 1);
    });
  });
