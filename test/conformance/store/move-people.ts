import { describe, expect } from 'vitest';
import type { Person, Store } from '../../../broker/store/store.ts';
import {
  issuer as from,
  id,
  insertedDeviceSession,
  insertedSession,
  newPageSession,
  newPerson,
  type StoreTest,
  t0,
} from './harness.ts';

const to = 'https://login.example.com';
const resource = 'https://api.example.com';
const [shop, notes, wiki] = ['https://shop.example.com', 'https://notes.example.com', 'https://wiki.example.com'];
const same = (idpSub: string) => idpSub;
const move = (store: Store, subjectOf: (idpSub: string) => string | undefined = same, limit = 100, after?: string) =>
  store.movePeople({ from, to, subjectOf }, { limit, after }, ({ sub, merged }) => ({
    at: t0,
    audit: [{ type: 'person.moved', sub, detail: { merged } }],
  }));
const signInAt = (store: Store, issuer: string, { idpSub }: Pick<Person, 'idpSub'>, at = t0 + 1) =>
  store.upsertPerson({ issuer, idpSub, upstream: 'idp', newSub: id(), name: 'Ada New', email: 'ada@new.example' }, at);
const scopesOf = async (store: Store, { sub }: Person) =>
  Object.fromEntries((await store.listConsents(sub)).map(({ origin, scopes }) => [origin, scopes.join(' ')]));

export const movePeople = (it: StoreTest) =>
  describe('people whose provider moves to another issuer', () => {
    it('keep sub, consents and decisions, and have to sign in again', async ({ store, person }) => {
      await store.grantConsents([{ sub: person.sub, origin: shop, resource, scopes: ['read'] }], t0);
      await store.refuseSite({ sub: person.sub, origin: notes }, t0);
      const [session, device] = [await insertedSession(store, person), await insertedDeviceSession(store, person)];
      const page = newPageSession(person);
      await store.insertPageSession(page, undefined);
      const elsewhere = await store.upsertPerson({ ...newPerson(), issuer: 'https://other.example.com' }, t0);

      expect(await move(store)).toEqual({ moved: 1, merged: 0, left: 0, sessions: 1, devices: 1, after: undefined });
      expect((await signInAt(store, to, person)).sub).toBe(person.sub);
      expect(await scopesOf(store, person)).toEqual({ [shop]: 'read' });
      expect((await store.listSites(person.sub))[0]?.refusedAt).toBe(t0);
      // The grants still name the old issuer, so that nobody sends their refresh tokens to the new one.
      expect(await store.getSession(session.id)).toMatchObject({ state: 'reauth_required', issuer: from });
      expect(await store.getDeviceSession(device.id)).toMatchObject({ state: 'reauth_required', issuer: from });
      expect(await store.getPageSession(page.id, t0)).toBeUndefined();
      expect((await store.getPerson(elsewhere.sub))?.issuer).toBe('https://other.example.com');
      expect(await store.listIssuers()).toEqual([
        { issuer: to, people: 1 },
        { issuer: 'https://other.example.com', people: 1 },
      ]);
      expect((await store.auditAfter(0, 10)).map(({ type, sub }) => [type, sub])).toContainEqual([
        'person.moved',
        person.sub,
      ]);
      expect(await move(store)).toMatchObject({ moved: 0, sessions: 0, devices: 0 });
    });

    it('are ended by what the new issuer says, also in sign-ins of the old one', async ({ store, person }) => {
      const session = await insertedSession(store, person);
      await move(store);
      expect(await store.endSessionsOf({ issuer: to, idpSub: person.idpSub }, t0, 'logout', t0)).toEqual([session.id]);
    });

    it('get other subjects, or stay', async ({ store, person }) => {
      const other = await store.upsertPerson(newPerson(), t0);
      const subjects = new Map([[person.idpSub, 'new-subject']]);
      expect(await move(store, (old) => subjects.get(old))).toMatchObject({ moved: 1, left: 1 });
      expect((await signInAt(store, to, { idpSub: 'new-subject' })).sub).toBe(person.sub);
      expect((await store.getPerson(other.sub))?.issuer).toBe(from);
    });

    it('are all moved, page by page', async ({ store }) => {
      for (let n = 0; n < 5; n += 1) await store.upsertPerson(newPerson(), t0);
      let [after, moved, pages]: [string | undefined, number, number] = [undefined, 0, 0];
      do {
        const page = await move(store, same, 2, after);
        moved += page.moved;
        after = page.after;
        pages += 1;
      } while (after !== undefined);
      expect([moved, pages]).toEqual([5, 3]);
    });

    it('who have signed in at the new one before are one person again, and both sign-ins are theirs', async ({
      store,
      person,
    }) => {
      const { sub } = person;
      for (const origin of [shop, wiki]) await store.grantConsents([{ sub, origin, resource, scopes: ['read'] }], t0);
      await store.refuseSite({ sub, origin: notes }, t0);
      const old = await insertedSession(store, person);
      const known = await signInAt(store, to, person);
      expect(known.sub).not.toBe(sub);
      await store.grantConsents([{ sub: known.sub, origin: shop, resource, scopes: ['write'] }], t0 + 2);
      await store.grantConsents([{ sub: known.sub, origin: notes, resource, scopes: ['read'] }], t0 + 2);
      await store.refuseSite({ sub: known.sub, origin: wiki }, t0 + 2);
      const next = await insertedSession(store, known);
      const device = await insertedDeviceSession(store, known);

      expect(await move(store)).toMatchObject({ moved: 1, merged: 1, sessions: 1, devices: 0 });
      expect(await store.getPerson(known.sub)).toBeUndefined();
      expect(await signInAt(store, to, person)).toMatchObject({ sub, name: 'Ada New', email: 'ada@new.example' });
      expect(await store.getSession(old.id)).toMatchObject({ sub, state: 'reauth_required' });
      expect(await store.getSession(next.id)).toMatchObject({ sub, state: 'active', issuer: to });
      expect(await store.getDeviceSession(device.id)).toMatchObject({ sub, state: 'active' });
      // Where both have decided, the decision at the new issuer counts.
      expect(await scopesOf(store, person)).toEqual({ [shop]: 'write', [notes]: 'read' });
      const refused = (await store.listSites(sub)).filter(({ refusedAt }) => refusedAt !== undefined);
      expect(refused.map(({ origin }) => origin)).toEqual([wiki]);
    });

    it('who sign in at the old one afterwards are one person again when it is repeated', async ({ store, person }) => {
      await store.grantConsents([{ sub: person.sub, origin: shop, resource, scopes: ['read'] }], t0);
      await move(store);
      const again = await signInAt(store, from, person);
      expect(again.sub).not.toBe(person.sub);
      await store.grantConsents([{ sub: again.sub, origin: wiki, resource, scopes: ['read'] }], t0 + 2);
      expect(await move(store)).toMatchObject({ moved: 1, merged: 1 });
      expect((await signInAt(store, to, person)).sub).toBe(person.sub);
      expect(await scopesOf(store, person)).toEqual({ [shop]: 'read', [wiki]: 'read' });
      expect(await store.getPerson(again.sub)).toBeUndefined();
    });
  });
