import { describe, expect, it } from 'vitest';
import { ada, grace, shop } from '../../../test/extension/fake-broker.ts';
import { noAccounts, type ProfileList, profileAt, withAccount, without } from './profile-list.ts';

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
    expect(withAccount(noAccounts, 'session', ada, () => 'x').list).toMatchObject({
      entries: [{ id: 'session', account: ada }],
      main: 'session',
    });
  });

  it('gives a site the account chosen there, and all others the main one', () => {
    expect([shop, notes, `${notes}:8443`].map((origin) => profileAt(both, origin))).toEqual(['a', 'b', 'a']);
  });

  it('takes one more, and leaves every site as it was', () => {
    const carol = { sub: 'p3', upstream: 'corp' };
    expect(withAccount({ ...both, next: 'c' }, 'c', carol, () => 'x')).toEqual({
      list: { ...both, entries: [...both.entries, { id: 'c', account: carol }], next: undefined },
    });
  });

  it('puts whoever is there already into their old place, with their sites', () => {
    expect(withAccount({ ...both, next: 'c' }, 'c', grace, () => 'x')).toEqual({
      list: {
        entries: [
          { id: 'a', account: ada },
          { id: 'c', account: grace },
        ],
        main: 'a',
        sites: { [notes]: 'c' },
        next: undefined,
      },
      twin: 'b',
    });
  });

  it('has the one that signs in again in its place', () => {
    const renamed = { ...grace, name: 'Grace B. M. Hopper' };
    expect(withAccount(both, 'b', renamed, () => 'x').list).toEqual({
      ...both,
      entries: [both.entries[0], { id: 'b', account: renamed }],
      next: undefined,
    });
  });

  it('gives no site to whoever signs in in place of another: that one stays, and its sites wait', () => {
    const carol = { sub: 'p3', upstream: 'corp' };
    expect(withAccount(both, 'b', carol, () => 'x')).toEqual({
      list: {
        entries: [
          { id: 'a', account: ada },
          { id: 'x', account: grace },
          { id: 'b', account: carol },
        ],
        main: 'a',
        sites: { [notes]: 'x' },
        next: undefined,
      },
      left: 'x',
    });
    expect(withAccount(both, 'a', grace, () => 'x')).toEqual({
      list: {
        entries: [
          { id: 'x', account: ada },
          { id: 'a', account: grace },
        ],
        main: 'x',
        sites: { [notes]: 'a' },
        next: undefined,
      },
      twin: 'b',
      left: 'x',
    });
  });

  it('has only the one that signed in last, where there is one', () => {
    const one = { ...noAccounts, entries: [{ id: 'session', account: ada }] };
    expect(withAccount(one, 'session', grace, () => 'x').list.entries).toEqual([{ id: 'session', account: grace }]);
  });

  it('gives the sites of one that leaves to the main one, and another main one where that leaves', () => {
    expect(without(both, 'b')).toMatchObject({ entries: [{ id: 'a' }], main: 'a', sites: {} });
    expect(without(both, 'a')).toMatchObject({ entries: [{ id: 'b' }], main: 'b', sites: { [notes]: 'b' } });
  });

  it('keeps the last one, and forgets who it was', () => {
    expect(without(without(both, 'a'), 'b')).toEqual({ entries: [{ id: 'b' }], main: 'b', sites: {} });
  });
});
