import type { IDToken } from 'oauth4webapi';
import { describe, expect, it } from 'vitest';
import { isGroupsUnreadable, toClaims, toIdentity } from './identity.ts';

const at = 1_800_000_000_000;
const now = at / 1_000;
const source = { name: 'acme', groupsClaim: 'groups' };
const token = (more: Record<string, unknown> = {}) =>
  ({ iss: 'https://acme.example', aud: 'c', sub: 'u1', iat: now, exp: now + 300, name: 'Ada', ...more }) as IDToken;
const claims = (idToken: IDToken | undefined, userInfo?: Record<string, unknown>, of = source) =>
  toClaims(of, { idToken, userInfo: userInfo && { sub: 'u1', ...userInfo }, at });
const identity = (more: Record<string, unknown>) =>
  toIdentity(source, { idToken: token(more), userInfo: undefined, at });

describe('groups of a person', () => {
  it.each([
    ['groups', ['acme:staff']],
    ['https://acme.example/groups', ['acme:orders']],
    ['roles', []],
  ])('are read from the claim %s, and qualified', (groupsClaim, groups) => {
    const idToken = token({ groups: ['staff'], 'https://acme.example/groups': ['orders'] });
    expect(claims(idToken, undefined, { name: 'acme', groupsClaim }).groups).toEqual(groups);
  });

  it('come from the ID token before UserInfo, and are text', () => {
    expect(claims(token({ groups: ['staff'] }), { groups: ['other'] }).groups).toEqual(['acme:staff']);
    expect(claims(token(), { groups: ['other', 7, null] }).groups).toEqual(['acme:other']);
    expect(claims(token({ groups: { staff: true } }), { groups: ['other'] }).groups).toEqual(['acme:other']);
  });

  it.each([
    ['staff', ['acme:staff']],
    ['a,b', ['acme:a,b']],
    ['', []],
  ])('may be one text, which is one group: %j', (groups, expected) => {
    expect(claims(token({ groups })).groups).toEqual(expected);
    expect(isGroupsUnreadable(groups)).toBe(false);
  });

  it.each([[{ staff: true }], [7], [true], [['staff', 7]], [[{ name: 'staff' }]], [['x'.repeat(1_001)]]])(
    'of another type are noticed: %j',
    (groups) => {
      expect(isGroupsUnreadable(groups)).toBe(true);
    },
  );

  it.each([[undefined], [null], [[]], [['staff']]])('that are absent, empty or a list are no error: %j', (groups) => {
    expect(isGroupsUnreadable(groups)).toBe(false);
  });
});

describe('groups that are too many to list', () => {
  const entra = { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint: 'https://graph.example' } } };

  it.each([
    ['named elsewhere', entra],
    ['hasgroups', { hasgroups: true }],
  ])('are told from no groups: %s', (_what, more) => {
    expect(claims(token(more))).toMatchObject({ groups: [], groups_overage: true });
  });

  it.each([
    ['groups are listed', { ...entra, groups: ['staff'] }],
    ['others are named elsewhere', { _claim_names: { address: 'src1' } }],
    ['there are none', {}],
  ])('are not seen where %s', (_what, more) => {
    expect(claims(token(more)).groups_overage).toBe(false);
  });

  it('may still come from UserInfo', () => {
    expect(claims(token(entra), { groups: ['staff'] })).toMatchObject({
      groups: ['acme:staff'],
      groups_overage: false,
    });
  });
});

describe('a sub that can identify nobody', () => {
  it.each([
    ['empty', ''],
    ['blank', ' \t'],
    ['invisible', '\u200b\u2060'],
    ['a number', 7],
    ['null', null],
    ['a list', ['u1']],
    ['with U+0000', 'u1\0'],
    ['with a line break', 'u1\nu2'],
    ['longer than 255 characters', 'u'.repeat(256)],
    ['half of a surrogate pair', 'u\ud800'],
  ])('is refused: %s', (_what, sub) => {
    expect(() => identity({ sub })).toThrow(expect.objectContaining({ code: 'upstream_error' }));
  });

  it.each(['u1', 'ada@example.com', 'auth0|5f7c8ec7c33c6c004bbafe82', '0', 'アダ', 'u'.repeat(255)])(
    'is not %s',
    (sub) => {
      expect(identity({ sub }).idpSub).toBe(sub);
    },
  );
});

describe('times of a sign-in', () => {
  it.each([
    ['auth_time in milliseconds', { auth_time: at }],
    ['auth_time in the future', { auth_time: now + 120 }],
    ['an endless auth_time', { auth_time: Number.POSITIVE_INFINITY }],
    ['iat in milliseconds', { iat: at }],
    ['iat in the future', { iat: now + 3_600 }],
  ])('are refused: %s', (_what, more) => {
    expect(() => identity(more)).toThrow(expect.objectContaining({ code: 'upstream_error' }));
    expect(() => claims(token(more))).toThrow(expect.objectContaining({ code: 'upstream_error' }));
  });

  it('are refused from UserInfo, too', () => {
    expect(() => claims(undefined, { auth_time: at })).toThrow('in seconds');
  });

  it('may be ahead by as much as clocks are', () => {
    expect(identity({ iat: now + 120, auth_time: now + 130 }).claims.auth_time).toBe(now + 130);
    expect(identity({ auth_time: now - 86_400 }).claims.auth_time).toBe(now - 86_400);
    expect(identity({ auth_time: 'yesterday' }).claims.auth_time).toBeUndefined();
  });
});

it('text that is too long for its claim is left out', () => {
  expect(claims(token({ name: 'x'.repeat(1_001), email: 'ada@example.com' }))).toMatchObject({
    name: undefined,
    email: 'ada@example.com',
  });
});

describe('what people read of a person', () => {
  it.each([
    ['Ada\n\nYour session has expired', 'Ada Your session has expired'],
    ['Ada\u2028Lovelace', 'Ada Lovelace'],
    ['\u202eecalevoL adA', 'ecalevoL adA'],
    ['Ada \u2066(admin)\u2069', 'Ada (admin)'],
    ['\u001b[2JAda', '[2JAda'],
    // Names in Arabic, Persian and Hindi, and emoji.
    ['أدا', 'أدا'],
    ['می‌خواهم', 'می‌خواهم'],
    ['👩‍💻 Ada', '👩‍💻 Ada'],
    ['\r\n', 'ada'],
  ])('is a name on one line that turns nothing around: %j', (name, shown) => {
    expect(claims(token({ name, preferred_username: 'ada' })).name).toBe(shown);
  });

  it.each(['ada@example.com\n', 'ada\u202e@example.com', 'ada\u200f@example.com', '\u001bada@example.com'])(
    'is no address or user name that has to be changed first: %j',
    (email) => {
      expect(claims(token({ email, email_verified: true, preferred_username: email }))).toMatchObject({
        name: 'Ada',
        email: undefined,
        email_verified: undefined,
        preferred_username: undefined,
      });
    },
  );
});

describe('the email address of a person', () => {
  const verified = (idToken: Record<string, unknown>, userInfo?: Record<string, unknown>) =>
    claims(token(idToken), userInfo).email_verified;
  const email = 'ada@example.com';

  it.each<[Record<string, unknown>, Record<string, unknown> | undefined, boolean | undefined]>([
    [{ email, email_verified: true }, undefined, true],
    [{ email, email_verified: 'false' }, undefined, false],
    [{ email }, undefined, undefined],
    [{ email }, { email, email_verified: true }, true],
    [{ email, email_verified: false }, { email, email_verified: true }, false],
    // The claim is about a different address, or about none.
    [{ email }, { email: 'other@example.com', email_verified: true }, undefined],
    [{ email_verified: true }, undefined, undefined],
    [{ email_verified: true }, { email }, undefined],
    [{ email, email_verified: 1 }, undefined, undefined],
  ])('is verified if the provider says so of this address: %j, %j', (idToken, userInfo, expected) => {
    expect(verified(idToken, userInfo)).toBe(expected);
  });
});

describe('what a provider writes in an ID token', () => {
  it.each([
    ['iat', at / 1_000 - 0.1, 'issuedAt', at - 1_000],
    ['sid', '', 'sid', undefined],
    ['sid', 7, 'sid', undefined],
    ['sid', '😀', 'sid', '😀'],
  ])('%s %j is read as %s %j', (claim, value, name, read) => {
    expect(identity({ [claim]: value })).toMatchObject({ [name]: read });
  });

  it.each([
    ['iat', -1],
    ['iat', Number.NaN],
    ['sid', 'a\0'],
    ['sid', 'a\uD83D'],
    ['sid', 'x'.repeat(513)],
    ['sub', 'a\0'],
    ['sub', 'a\uD83D'],
  ])('%s %j is refused: no logout could name or date this sign-in', (claim, value) => {
    expect(() => identity({ [claim]: value })).toThrow(expect.objectContaining({ code: 'upstream_error' }));
  });

  it('is made text that every JSON parser takes, and whole seconds', () => {
    const claims = {
      groups: ['a\0', '\uD83D', '', '😀'],
      name: 'A\0da',
      email: '\uDE00',
      amr: ['p\0'],
      auth_time: 5.7,
    };
    expect(identity(claims).claims).toMatchObject({
      groups: ['acme:a\uFFFD', 'acme:\uFFFD', 'acme:😀'],
      name: 'A\uFFFDda',
      email: '\uFFFD',
      amr: ['p\uFFFD'],
      auth_time: 5,
    });
  });
});
