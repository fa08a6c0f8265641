import { describe, expect, it } from 'vitest';
import { challenge } from './challenge.ts';
import type { JudgedClaims } from './claims.ts';
import { Refused, refusalStatus } from './refused.ts';
import { type Requirements, requireClaims } from './requirements.ts';

const claims: JudgedClaims = {
  iss: 'i',
  sub: 's',
  aud: 'a',
  client_id: 'c',
  exp: 2_000,
  iat: 1_000,
  scope: 'a b',
  groups: ['g'],
};
const now = 1_100_000;
const refusal = (requirements: Requirements, changes: Partial<JudgedClaims> = {}) => {
  try {
    requireClaims({ ...claims, ...changes }, requirements, now);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { code, message } = error.refusal;
    const wwwAuthenticate = challenge(error.refusal, 'Bearer', 'optional');
    return { code, message, status: refusalStatus[code], wwwAuthenticate };
  }
  throw new Error('a refusal was expected');
};

describe('requirements', () => {
  it.each<[Requirements, Partial<JudgedClaims>]>([
    [{}, { scope: undefined, groups: undefined } as Partial<JudgedClaims>],
    [{ scopes: ['b', 'a'] }, {}],
    [{ groups: ['x', 'g'] }, {}],
    [{ acr: 'phr' }, { acr: 'phr' }],
    [{ acr: ['phr', 'phrh'] }, { acr: 'phrh' }],
    [{ maxAge: 100 }, { auth_time: 1_000 }],
    [{ maxAge: 0 }, { auth_time: 1_100 }],
    [{ maxAge: 60 }, { auth_time: 1_200 }],
  ])('%j are met by %j', (requirements, changes) => {
    expect(() => requireClaims({ ...claims, ...changes }, requirements, now)).not.toThrow();
  });

  it('name the acr that is wanted and the one that is there', () => {
    const error = refusal({ acr: 'phr' }, { acr: 'pwd' });
    expect(error).toMatchObject({ code: 'insufficient_user_authentication', status: 401 });
    expect(error.message).toContain('with acr phr, and the token has pwd');
    expect(error.wwwAuthenticate).toMatch(/, acr_values="phr"$/);
  });

  it('say how long ago the sign-in was', () => {
    const error = refusal({ maxAge: 60 }, { auth_time: 1_000 });
    expect(error.message).toContain('at most 60 s ago, and it was 100 s ago');
    expect(error.wwwAuthenticate).toMatch(/, max_age="60"$/);
  });

  it('add no tolerance to the age of a sign-in', () => {
    expect(refusal({ maxAge: 99 }, { auth_time: 1_000 }).code).toBe('insufficient_user_authentication');
    expect(refusal({ maxAge: 0 }, { auth_time: 1_099 }).code).toBe('insufficient_user_authentication');
  });

  it('do not name the groups to whoever is in none of them', () => {
    expect(refusal({ groups: ['okta:board'] }).wwwAuthenticate).not.toContain('okta:board');
  });

  it('refuse a token that does not tell when or how', () => {
    expect(refusal({ maxAge: 60 }).code).toBe('insufficient_user_authentication');
    expect(refusal({ acr: 'phr' }).message).toContain('the token has none');
  });

  it('tell groups that Entra left out from groups that the person is not in', () => {
    expect(refusal({ groups: ['x'] }).message).toContain('No other token will help');
    expect(refusal({ groups: ['x'] }, { groups: [], _claim_names: { groups: 'src1' } }).message).toContain(
      'more groups than',
    );
    expect(refusal({ groups: ['x'] }, { hasgroups: true }).message).toContain('more groups than');
  });
});
