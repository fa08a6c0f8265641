import { describe, expect } from 'vitest';
import { countOf, id, newPerson, parallel, type StoreTest, t0 } from './harness.ts';

export const people = (it: StoreTest) =>
  describe('people', () => {
    it('gives one sub to (issuer, idpSub), whoever asks with whatever new sub', async ({ store }) => {
      const ada = newPerson();
      const first = await store.upsertPerson(ada, t0);
      expect(first.sub).toBe(ada.newSub);
      expect((await store.upsertPerson({ ...ada, newSub: id() }, t0 + 1)).sub).toBe(ada.newSub);
    });

    it('tells people apart by issuer', async ({ store }) => {
      const ada = newPerson();
      await store.upsertPerson(ada, t0);
      const other = await store.upsertPerson({ ...ada, issuer: 'https://other.example.com', newSub: id() }, t0);
      expect(other.sub).not.toBe(ada.newSub);
    });

    it('follows the provider with name, email and upstream, and keeps what it no longer says', async ({ store }) => {
      const ada = newPerson();
      await store.upsertPerson(ada, t0);
      const renamed = { ...ada, name: 'Ada L.', email: undefined, upstream: 'renamed' };
      const { newSub: sub, ...known } = ada;
      expect(await store.upsertPerson(renamed, t0 + 1)).toEqual({ ...known, sub, name: 'Ada L.', upstream: 'renamed' });
    });

    it('leaves out what was never said', async ({ store }) => {
      const { name: _, email: __, ...nameless } = newPerson();
      const person = await store.upsertPerson(nameless, t0);
      expect(person).not.toHaveProperty('name');
      expect(person).not.toHaveProperty('email');
    });

    it('finds a person by sub, and nobody by another', async ({ store, person }) => {
      expect(await store.getPerson(person.sub)).toEqual(person);
      expect(await store.getPerson(id())).toBeUndefined();
    });

    it('finds people by what is known of them, a page at a time', async ({ store }) => {
      const issuer = `https://${id()}.example.com`;
      const made = await Promise.all(
        ['Ada@example.com', 'ada@Example.com', 'grace@example.com'].map((email) =>
          store.upsertPerson({ ...newPerson(), issuer, email }, t0),
        ),
      );
      const [ada, other, grace] = made;
      const subs = async (...which: Parameters<typeof store.findPeople>) =>
        (await store.findPeople(...which)).map(({ sub }) => sub);
      const all = made.map(({ sub }) => sub).sort();
      expect(await subs({ issuer }, { limit: 10 })).toEqual(all);
      expect(await subs({ issuer }, { limit: 10, after: all[0] })).toEqual(all.slice(1));
      expect(await subs({ issuer, email: 'ADA@example.com' }, { limit: 10 })).toEqual([ada?.sub, other?.sub].sort());
      expect(await subs({ issuer, idpSub: grace?.idpSub }, { limit: 10 })).toEqual([grace?.sub]);
      expect(await subs({ issuer, email: 'nobody@example.com' }, { limit: 10 })).toEqual([]);
    });

    it.for([
      ['ÉCLAIR@example.com', 'e\u0301clair@EXAMPLE.com'],
      ['straße@example.de', 'STRASSE@example.de'],
      ['σοφός@example.gr', 'ΣΟΦΌΣ@example.gr'],
      ['ＡＤＡ@example.com', 'ada@example.com'],
      ['ada@bücher.example', 'ADA@xn--bcher-kva.Example'],
      ['İpek@example.com', 'i\u0307pek@example.com'],
      ['иван@пример.рф', 'ИВАН@ПРИМЕР.РФ'],
    ])('finds %s by %s, and the other way round', async ([stored = '', searched = ''], { store }) => {
      for (const [one, other] of [
        [stored, searched],
        [searched, stored],
      ] as const) {
        const issuer = `https://${id()}.example.com`;
        const { sub } = await store.upsertPerson({ ...newPerson(), issuer, email: one }, t0);
        expect((await store.findPeople({ issuer, email: other }, { limit: 10 })).map((person) => person.sub)).toEqual([
          sub,
        ]);
      }
    });

    it('takes no other address for the same', async ({ store }) => {
      const issuer = `https://${id()}.example.com`;
      await store.upsertPerson({ ...newPerson(), issuer, email: 'ilkin@example.com' }, t0);
      for (const email of [
        'ılkin@example.com',
        'ilkin@example.co',
        'ìlkin@example.com',
        'ilkin',
        '',
        'a@b@example.com',
      ]) {
        expect(await store.findPeople({ issuer, email }, { limit: 10 })).toEqual([]);
      }
    });

    it('follows a new e-mail, and finds nobody by the old one', async ({ store }) => {
      const ada = { ...newPerson(), issuer: `https://${id()}.example.com`, email: 'ada@example.com' };
      const { sub } = await store.upsertPerson(ada, t0);
      await store.upsertPerson({ ...ada, email: 'LOVELACE@example.com' }, t0);
      await store.upsertPerson({ ...ada, email: undefined }, t0);
      const found = await store.findPeople({ issuer: ada.issuer, email: 'lovelace@example.com' }, { limit: 10 });
      expect(found.map((person) => person.sub)).toEqual([sub]);
      expect(await store.findPeople({ issuer: ada.issuer, email: 'ada@example.com' }, { limit: 10 })).toEqual([]);
    });

    it('makes one person of 30 first sign-ins at once', async ({ subject }) => {
      const ada = newPerson();
      const subs = await parallel(30, subject.replicas, async (store) => {
        const { sub } = await store.upsertPerson({ ...ada, newSub: id() }, t0);
        return sub;
      });
      expect(countOf(subs, subs[0])).toBe(30);
    });
  });
