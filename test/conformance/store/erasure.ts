import { randomBytes } from 'node:crypto';
import { describe, expect } from 'vitest';
import { redactPerson } from '../../../broker/audit/redact-person.ts';
import { sealAudit } from '../../../broker/audit/seal-audit.ts';
import { verifyAudit } from '../../../broker/audit/verify-audit.ts';
import { createRing } from '../../../broker/keys/ring.ts';
import type { Person, Store } from '../../../broker/store/store.ts';
import {
  allowedGrant,
  id,
  insertedDeviceSession,
  insertedSession,
  newPerson,
  parallel,
  type StoreTest,
  t0,
} from './harness.ts';

const ring = createRing([{ kid: 'k1', key: randomBytes(32) }]);
const quiet = () => undefined;
const log = { info: quiet, warn: quiet, error: quiet };
const parts = (store: Store) => ({ store, ring, now: () => t0, log });
const forget = (store: Store, person: Person) => store.erasePerson(person, { now: t0, forgetTombstonesAt: t0 + 10 });

export const erasure = (it: StoreTest) => {
  describe('an erased person', () => {
    it('is gone with everything about them, and nobody else is', async ({ store, person }) => {
      const other = await store.upsertPerson(newPerson(), t0);
      const resource = 'https://api.example.com';
      const origin = 'https://shop.example.com';
      for (const { sub } of [person, other]) {
        await store.grantConsents([{ sub, origin, resource, scopes: ['read'] }], t0);
        await store.touchSite({ sub, origin }, { at: t0, from: '192.0.2.1' });
      }
      const [session, kept] = [await insertedSession(store, person), await insertedSession(store, other)];
      const device = await insertedDeviceSession(store, person);
      const grant = await allowedGrant(store, person);
      expect(await forget(store, person)).toEqual({ sessions: 1, devices: 1, consents: 1, sites: 1 });
      expect(await store.getPerson(person.sub)).toBeUndefined();
      expect(await store.getSession(session.id)).toBeUndefined();
      expect(await store.getDeviceSession(device.id)).toBeUndefined();
      expect(await store.getDeviceGrant(grant.deviceCodeHash)).toBeUndefined();
      expect([await store.listConsents(person.sub), await store.listSites(person.sub)]).toEqual([[], []]);
      expect((await store.getSession(kept.id))?.state).toBe('active');
      expect(await store.listConsents(other.sub)).toHaveLength(1);
      expect(await forget(store, person)).toBeUndefined();
    });

    it('is a new one when they sign in again, and no sign-in from before goes on', async ({ store, person }) => {
      await store.addTombstone({ sub: person.sub, at: t0 }, t0 + 1_000);
      await forget(store, person);
      const { issuer, idpSub, upstream } = person;
      const again = await store.upsertPerson({ issuer, idpSub, upstream, newSub: id() }, t0 + 1);
      expect(again.sub).not.toBe(person.sub);
      const underWay = insertedSession(store, person, { createdAt: t0 - 1 });
      await underWay;
      expect(await store.listSessions(person.sub)).toEqual([]);
    });

    it('is named by no tombstone for longer than a sign-in takes', async ({ store, person }) => {
      const { issuer, idpSub, email = '' } = person;
      await store.addTombstone({ issuer, idpSub, iat: t0 }, t0 + 1_000);
      await store.addTombstone({ issuer, email, iat: t0 }, t0 + 1_000);
      await store.addTombstone({ issuer, sid: 's', idpSub, iat: t0 }, t0 + 1_000);
      await store.addHint({ issuer, idpSub }, t0, t0 + 5);
      await forget(store, person);
      const before = await store.collectExpired(t0 + 9, 100);
      expect(await store.collectExpired(t0 + 10, 100)).toBe(3);
      expect(before).toBe(1);
    });

    it('is reported in the same transaction', async ({ store, person }) => {
      const report = ({ sessions }: { sessions: number }) => ({
        at: t0,
        audit: [{ type: 'gone', detail: { sessions } }],
      });
      await store.erasePerson(person, { now: t0, forgetTombstonesAt: t0, report });
      expect(await store.auditAfter(0, 10)).toMatchObject([{ type: 'gone', detail: { sessions: 0 } }]);
    });
  });

  describe('the audit log without a person', () => {
    /** Three batches: about the person, about another one and the person, and about another one alone. */
    async function threeBatches(store: Store, { sub, idpSub, email }: Person): Promise<void> {
      const append = (entry: Parameters<Store['appendAudit']>[0]) => store.appendAudit(entry, t0);
      await append({ type: 'session.created', sub, detail: { session: 's1', from: '192.0.2.1' } });
      await append({ type: 'session.created', sub: 'grace', detail: { session: 's2' } });
      await sealAudit(parts(store));
      await append({
        type: 'hook.okta_events',
        detail: { people: [idpSub, 'grace'], by: { email: email?.toUpperCase() } },
      });
      await sealAudit(parts(store));
      await append({ type: 'session.created', sub: 'grace', detail: { session: `${idpSub}-not` } });
      await sealAudit(parts(store));
      await append({ type: 'session.ended', sub, detail: {} });
    }
    const ofTest = async (store: Store) =>
      (await store.auditAfter(0, 100)).map(({ type, sub, detail }) => [type, sub, detail]);

    it('keeps number, time and type, and stays verifiable', async ({ store, person }) => {
      await threeBatches(store, person);
      const { head } = await verifyAudit(parts(store));
      expect(await redactPerson(parts(store), person)).toBe(2);
      await sealAudit(parts(store));
      expect(await ofTest(store)).toEqual([
        ['session.created', undefined, { '[erased]': true }],
        ['session.created', 'grace', { session: 's2' }],
        ['hook.okta_events', undefined, { people: ['[erased]', 'grace'], by: { email: '[erased]' } }],
        ['session.created', 'grace', { session: `${person.idpSub}-not` }],
        ['session.ended', undefined, { '[erased]': true }],
      ]);
      const result = await verifyAudit(parts(store), head);
      expect(result).toMatchObject({ problems: [], entries: 5, unsealed: 0, redacted: 2 });
      expect(await redactPerson(parts(store), person)).toBe(0);
    });

    it('loses a name in any script and case', async ({ store }) => {
      const named = { sub: 'some', idpSub: 'BJÖRK', email: 'Ærøskøbing@Example.COM' };
      const details = [
        { email: 'ærøskøbing@example.com' },
        { idp_sub: 'Björk' },
        { people: ['ÆRØSKØBING@EXAMPLE.COM'] },
      ];
      for (const detail of details) await store.appendAudit({ type: 'x', detail }, t0);
      await sealAudit(parts(store));
      expect(await redactPerson(parts(store), named)).toBe(1);
      expect((await ofTest(store)).map(([, , detail]) => detail)).toEqual([
        { email: '[erased]' },
        { idp_sub: '[erased]' },
        { people: ['[erased]'] },
      ]);
    });

    it("keeps the broker's own words, whatever the provider calls the person", async ({ store }) => {
      const detail = { session: 's1', reason: 'administrator', upstream: 'okta', client: 'cli' };
      await store.appendAudit({ type: 'session.ended', sub: 'grace', detail }, t0);
      for (const idpSub of ['administrator', 'okta', 'cli'])
        await redactPerson(parts(store), { sub: 'mallory', idpSub, email: undefined });
      expect(await ofTest(store)).toEqual([['session.ended', 'grace', detail]]);
    });

    it('can lose another one from the same batch, and then its age', async ({ store, person }) => {
      await threeBatches(store, person);
      await redactPerson(parts(store), person);
      expect(await redactPerson(parts(store), { sub: 'grace', idpSub: 'grace', email: undefined })).toBe(3);
      expect(await verifyAudit(parts(store))).toMatchObject({ problems: [], redacted: 3 });
      expect(JSON.stringify(await store.auditAfter(0, 100))).not.toContain('grace');
      await sealAudit({ ...parts(store), now: () => t0 + 10 }, { keepMs: 5 });
      expect(await verifyAudit(parts(store))).toMatchObject({ problems: [] });
    });

    it('is one chain, whoever erases and whoever seals', async ({ subject, store }) => {
      const people = await parallel(6, subject.replicas, (replica) => replica.upsertPerson(newPerson(), t0));
      await parallel(30, subject.replicas, async (replica, n) => {
        const person = people[n % people.length] as Person;
        await replica.appendAudit({ type: 'x', sub: person.sub, detail: { n } }, t0);
        await sealAudit(parts(replica));
        if (n % 3 === 0) await redactPerson(parts(replica), person);
      });
      for (const person of people) await redactPerson(parts(store), person);
      const { problems, entries } = await verifyAudit(parts(store));
      expect([problems, entries]).toEqual([[], 30]);
      const left = await store.auditAfter(0, 100);
      expect(left.filter(({ sub }) => sub !== undefined)).toEqual([]);
    });
  });
};
