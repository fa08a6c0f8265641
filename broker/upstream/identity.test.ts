import { describe, expect, it } from 'vitest';
import { toClaims } from './identity.ts';

const idToken = { sub: 'u1', name: 'Ada', groups: ['staff'], 'https://acme.example/groups': ['orders'] };

describe('groups of a person', () => {
  it.each([
    ['groups', ['acme:staff']],
    ['https://acme.example/groups', ['acme:orders']],
    ['roles', []],
  ])('are read from the claim %s, and qualified', (groupsClaim, groups) => {
    expect(toClaims({ name: 'acme', groupsClaim }, idToken, undefined).groups).toEqual(groups);
  });

  it('come from the ID token before UserInfo, and are text', () => {
    const source = { name: 'acme', groupsClaim: 'groups' };
    expect(toClaims(source, idToken, { groups: ['other'] }).groups).toEqual(['acme:staff']);
    expect(toClaims(source, { sub: 'u1' }, { groups: ['other', 7, null] }).groups).toEqual(['acme:other']);
    expect(toClaims(source, { sub: 'u1', groups: 'staff' }, undefined).groups).toEqual([]);
  });
});
