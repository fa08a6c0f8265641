import { describe, expect, it } from 'vitest';
import { ada, grace, shop } from '../../../test/extension/fake-broker.ts';
import { noAccounts, type ProfileList, profileAt, withAccount, without } from './list.ts';

const notes = 'https://notes.test';
const both: ProfileList = {
  entries: [
    { id: 'a', account: ada },
    { id: 'b', account: grace },
  ],
  main: 'a',
  sites: { [notes]: 'b' },
};

describe('the list of accounts', () => {
  it('has one, with nobody in it, before the first sign-in', () => {
    expect(profileAt(noAccounts, shop)).toBe('session');
    expect(withAccount(noAccounts, 'session', ada).list).toMatchObject({
      entries: [{ id: 'session', account: ada }],
      main: 'session',
    });
  });

  it('gives a site the account chosen there, and all others the main one', () => {
    expect([shop, notes, `${notes}:8443`].map((origin) => profileAt(both, origin))).toEqual(['a', 'b', 'a']);
  });

  it('takes one more, and leaves every site as it was', () => {
    const carol = { sub: 'p3', upstream: 'corp' };
    const { list, twin } = withAccount({ ...both, next: 'c' }, 'c', carol);
    expect(list).toEqual({ ...both, entries: [...both.entries, { id: 'c', account: carol }], next: undefined });
    expect(twin).toBeUndefined();
  });

  it('puts whoever is there already into their old place, with their sites', () => {
    const { list, twin } = withAccount({ ...both, next: 'c' }, 'c', grace);
    expect(list).toEqual({
      entries: [
        { id: 'a', account: ada },
        { id: 'c', account: grace },
      ],
      main: 'a',
      sites: { [notes]: 'c' },
      next: undefined,
    });
    expect(twin).toBe('b');
  });

  it('has an account once, too, where another profile signs in as it', () => {
    const { list, twin } = withAccount(both, 'a', grace);
    expect(list).toMatchObject({ entries: [{ id: 'a', account: grace }], main: 'a', sites: { [notes]: 'a' } });
    expect(twin).toBe('b');
  });

  it('gives the sites of one that leaves to the main one, and another main one where that leaves', () => {
    expect(without(both, 'b')).toMatchObject({ entries: [{ id: 'a' }], main: 'a', sites: {} });
    expect(without(both, 'a')).toMatchObject({ entries: [{ id: 'b' }], main: 'b', sites: { [notes]: 'b' } });
  });

  it('keeps the last one, and forgets who it was', () => {
    expect(without(without(both, 'a'), 'b')).toEqual({ entries: [{ id: 'b' }], main: 'b', sites: {} });
  });
});
