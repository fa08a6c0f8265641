import { describe, expect } from 'vitest';
import { type StoreTest, t0 } from './harness.ts';
import { id, newPerson, newSession } from './values.ts';

export const signInSamples = (it: StoreTest) =>
  describe('the latest sign-ins at a provider', () => {
    it('show whether they brought a refresh token and groups, newest first', async ({ store }) => {
      const person = await store.upsertPerson(newPerson(), t0);
      const { sealedRefresh: _sealed, ringKid: _kid, ...bare } = newSession(person);
      await store.insertSession({ ...bare, claims: { groups: [] }, createdAt: t0 });
      await store.insertSession({ ...newSession(person), createdAt: t0 + 1 });
      expect(await store.latestSignIns(person.upstream, 10)).toEqual([
        { hasGrant: true, groups: 2 },
        { hasGrant: false, groups: 0 },
      ]);
      expect(await store.latestSignIns(person.upstream, 1)).toEqual([{ hasGrant: true, groups: 2 }]);
      expect(await store.latestSignIns('another', 10)).toEqual([]);
    });

    it('are not those that have ended or wait for a new sign-in', async ({ store }) => {
      const person = await store.upsertPerson(newPerson(), t0);
      const [ended, waiting] = [newSession(person), { ...newSession(person), id: id() }];
      await store.insertSession(ended);
      await store.insertSession(waiting);
      await store.endSession(ended.id, 'test', t0);
      await store.setSessionState(waiting.id, ['active'], 'reauth_required');
      expect(await store.latestSignIns(person.upstream, 10)).toEqual([]);
    });
  });
