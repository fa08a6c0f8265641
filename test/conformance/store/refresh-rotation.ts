import { describe, expect } from 'vitest';
import { type StoreTest, t0 } from './harness.ts';

const client = { issuer: 'https://idp.example.com', clientId: 'latchkey' };

export const refreshRotation = (it: StoreTest) =>
  describe('rotation at a provider', () => {
    it('is unknown at first, and then what the last answer showed, for every replica', async ({ store, subject }) => {
      expect(await store.getRotation(client)).toBeUndefined();
      await store.noteRotation(client, 'no', t0);
      for (const replica of subject.replicas) expect(await replica.getRotation(client)).toBe('no');
      await store.noteRotation(client, 'yes', t0 + 1);
      for (const replica of subject.replicas) expect(await replica.getRotation(client)).toBe('yes');
    });

    it('is known of one client at one issuer', async ({ store }) => {
      await store.noteRotation(client, 'no', t0);
      expect(await store.getRotation({ ...client, issuer: 'https://other.example.com' })).toBeUndefined();
      expect(await store.getRotation({ ...client, clientId: 'another' })).toBeUndefined();
    });
  });
