import { describe, expect, it } from 'vitest';
import { toClaims, toIdentity } from './identity.ts';

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

describe('what a provider writes in an ID token', () => {
  const source = { name: 'acme', groupsClaim: 'groups' };
  const valid = { iss: 'https://p.example', sub: 'u1', aud: 'c', iat: 1_800_000_000, exp: 1_800_000_600 };

  it.each([
    ['iat', 1_800_000_000.9, 'issuedAt', 1_800_000_000_000],
    ['sid', '', 'sid', undefined],
    ['sid', 7, 'sid', undefined],
    ['sid', '😀', 'sid', '😀'],
    ['sub', '漢'.repeat(512), 'idpSub', '漢'.repeat(512)],
  ])('%s %j is read as %s %j', (claim, value, name, read) => {
    expect(toIdentity(source, { ...valid, [claim]: value }, undefined)).toMatchObject({ [name]: read });
  });

  it.each([
    ['iat', -1],
    ['iat', 1e300],
    // Milliseconds: no logout would ever be later.
    ['iat', 1_800_000_000_000],
    ['sub', ''],
    ['sub', 'a\0'],
    ['sub', 'a\uD83D'],
    ['sub', 'x'.repeat(513)],
    ['sid', 'a\0'],
    ['sid', 'x'.repeat(513)],
  ])('%s %j is refused: no logout could name or date this sign-in', (claim, value) => {
    expect(() => toIdentity(source, { ...valid, [claim]: value }, undefined)).toThrow(
      expect.objectContaining({ code: 'upstream_error', message: expect.stringContaining(claim) }),
    );
  });

  it('is made text that every JSON parser takes, and whole seconds', () => {
    const claims = {
      groups: ['a\0', '\uD83D', '', '😀'],
      name: 'A\0da',
      email: '\uDE00',
      amr: ['p\0'],
      auth_time: 5.7,
    };
    expect(toClaims(source, claims, undefined)).toEqual({
      groups: ['acme:a\uFFFD', 'acme:\uFFFD', 'acme:😀'],
      name: 'A\uFFFDda',
      email: '\uFFFD',
      amr: ['p\uFFFD'],
      auth_time: 5,
    });
    expect(toClaims(source, { auth_time: 1e300 }, undefined).auth_time).toBeUndefined();
  });
});
