import { describe, expect } from 'vitest';
import { insertedSession, issuer, minute, newPerson, newSession, type StoreTest, t0 } from './harness.ts';

const life = t0 + 60 * minute;
/** The largest keys that input validation accepts: 512 UTF-16 code units, as four-byte and three-byte characters. */
const largest = ['😀'.repeat(256), '漢'.repeat(512)];

const texts: readonly [what: string, given: string, stored: string][] = [
  ['U+0000', 'a\0b', 'a\uFFFDb'],
  ['a lone high surrogate', 'a\uD83D', 'a\uFFFD'],
  ['a lone low surrogate', '\uDE00a', '\uFFFDa'],
  ['surrogates in the wrong order', '\uDE00\uD83D', '\uFFFD\uFFFD'],
  ['a four-byte character', '😀', '😀'],
  ['a noncharacter', '\uFFFF', '\uFFFF'],
  ['a combining sequence', 'e\u0301', 'e\u0301'],
  ['the empty string', '', ''],
  ['a quote and a backslash', `'"\\`, `'"\\`],
  ...largest.map((text): [string, string, string] => ['the largest key', text, text]),
];

const times: readonly [what: string, given: number, stored: number][] = [
  ['a fraction', t0 + 0.75, t0],
  ['a negative fraction', -0.5, -1],
  ['zero', 0, 0],
  ['minus zero', -0, 0],
  ['more than 64 bits', 1e300, Number.MAX_SAFE_INTEGER],
  ['less than 64 bits', -1e300, Number.MIN_SAFE_INTEGER],
  ['infinity', Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER],
  ['the largest safe integer', Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
];

/** Untrusted input ends up in the store. Every store must accept it, and all in the same way. */
export const hostileValues = (it: StoreTest) =>
  describe('values from outside', () => {
    describe.each(texts)('%s', (_what, given, stored) => {
      it('is stored in a person, and finds what it stored', async ({ store }) => {
        const person = await store.upsertPerson({ ...newPerson(), idpSub: given, name: given, upstream: given }, t0);
        expect(person).toMatchObject({ idpSub: stored, name: stored, upstream: stored });
        expect(await store.upsertPerson({ ...newPerson(), idpSub: given }, t0)).toMatchObject({ sub: person.sub });
        expect(await store.findPeople({ issuer, idpSub: given }, { limit: 10 })).toHaveLength(1);
        await store.findPeople({ issuer, email: given }, { limit: 10, after: given });
      });

      it('is stored in a session, with its claims as they came', async ({ store, person }) => {
        const claims = { groups: [given], name: given, amr: [given] };
        const { id } = await insertedSession(store, person, { sid: given, userAgent: given, claims });
        expect(await store.getSession(id)).toMatchObject({ sid: stored, userAgent: stored, claims });
        expect(await store.endSessionsOf({ issuer, sid: given }, t0, given, t0)).toEqual([id]);
        expect((await store.getSession(id))?.endReason).toBe(stored);
      });

      it('is met by a tombstone', async ({ store, person }) => {
        await store.addTombstone({ issuer, sid: given, iat: t0 }, life);
        expect(await store.insertSession({ ...newSession(person), sid: given })).toBe('tombstoned');
      });

      it('is an id that nobody has, wherever one is asked for', async ({ store }) => {
        expect(await store.getSession(given)).toBeUndefined();
        expect(await store.getAuthority(given, given, given)).toBeUndefined();
        expect(await store.getPageSession(given, t0)).toBeUndefined();
        expect(await store.getDeviceSession(given)).toBeUndefined();
        expect(await store.getDeviceGrant(given)).toBeUndefined();
        expect(await store.findDeviceGrantByUserCode(given, t0)).toBeUndefined();
        expect(await store.listDeviceGrantsNaming([given], t0, 1)).toEqual([]);
        expect((await store.pollDeviceGrant(given, given, t0, 0)).outcome).toBe('unknown');
        expect(await store.consumeTransaction(given, 'page', t0)).toBeUndefined();
        expect(await store.renameDeviceSession(given, given)).toBe(false);
        expect(await store.revokeConsent({ sub: given, origin: given, resource: given })).toBe(0);
        expect(await store.letSiteAsk({ sub: given, origin: given })).toBe(false);
      });

      it('counts, and is remembered once', async ({ store }) => {
        expect(await store.rememberOnce(given, life, t0)).toBe(true);
        expect(await store.rememberOnce(given, life, t0)).toBe(false);
        expect(await store.hit(given, minute, t0)).toMatchObject({ count: 1 });
        expect(await store.peek(given, t0)).toBe(1);
      });

      it('names a failure of a refresh, and is kept in events, transactions and the audit log', async ({
        store,
        person,
      }) => {
        const { id } = await insertedSession(store, person);
        const taken = await store.beginRefresh('session', id, 1, minute);
        if (!taken.taken) throw new Error('the lease is free');
        await store.releaseRefresh('session', id, 1, { lease: taken.lease, clearFirstSent: true, failure: given });
        expect(await store.getSession(id)).toMatchObject({ refreshFailure: stored, refreshFailures: 1 });
        await store.appendRevocation({ reason: given }, t0);
        expect((await store.revocationsAfter(0, 10)).map(({ event }) => event)).toEqual([{ reason: given }]);
        await store.appendAudit({ type: given, sub: given, detail: { given } }, t0);
        expect((await store.auditAfter(0, 10)).at(-1)).toMatchObject({ type: stored, sub: stored, detail: { given } });
        await store.putTransaction({ id: 't', kind: 'page', data: { given }, expiresAt: life });
        expect(await store.consumeTransaction('t', 'page', t0)).toEqual({ given });
      });
    });

    describe.each(times)('%s', (_what, given, stored) => {
      it('is the time of a sign-in, and of what ends it', async ({ store, person }) => {
        const { id } = await insertedSession(store, person, { issuedAt: given });
        expect((await store.getSession(id))?.issuedAt).toBe(stored);
        expect(await store.endSessionsOf({ sub: person.sub }, given, 'signed out', given)).toEqual([id]);
        expect((await store.getSession(id))?.endedAt).toBe(stored);
        await store.addTombstone({ issuer, idpSub: person.idpSub, iat: given }, given);
        expect(await store.insertSession({ ...newSession(person), issuedAt: given })).toBe('tombstoned');
      });

      it('is when something expires', async ({ store }) => {
        await store.rememberOnce('once', given, given);
        await store.hit('hit', given, given);
        await store.putTransaction({ id: 't', kind: 'page', data: {}, expiresAt: given });
        await store.collectExpired(given, 10);
      });
    });

    it('is refused where it is no number', async ({ store, person }) => {
      await expect(store.insertSession({ ...newSession(person), issuedAt: Number.NaN })).rejects.toThrow(TypeError);
    });
  });
