import { describe, expect, it } from 'vitest';
import { ApiError } from './api-error.ts';
import type { Claims } from './claims.ts';
import { type Requirements, requireClaims } from './requirements.ts';

const claims: Claims = {
  iss: 'i',
  sub: 's',
  aud: 'a',
  client_id: 'c',
  exp: 2_000,
  iat: 1_000,
  scope: 'a b',
  groups: ['g'],
};
const at = { now: 1_100, clockTolerance: 5 };
const refusal = (requirements: Requirements, changes: Partial<Claims> = {}) => {
  try {
    requireClaims({ ...claims, ...changes }, requirements, at);
  } catch (error) {
    if (error instanceof ApiError) return error;
  }
  throw new Error('an ApiError was expected');
};

describe('requirements', () => {
  it.each<[Requirements, Partial<Claims>]>([
    [{}, { scope: undefined, groups: undefined } as Partial<Claims>],
    [{ scopes: ['b', 'a'] }, {}],
    [{ groups: ['x', 'g'] }, {}],
    [{ acr: 'phr' }, { acr: 'phr' }],
    [{ acr: ['phr', 'phrh'] }, { acr: 'phrh' }],
    [{ maxAge: 95 }, { auth_time: 1_000 }],
    [{ maxAge: 0 }, { auth_time: 1_096 }],
    [{ maxAge: 60 }, { auth_time: 1_200 }],
  ])('%j are met by %j', (requirements, changes) => {
    expect(() => requireClaims({ ...claims, ...changes }, requirements, at)).not.toThrow();
  });

  it('name the acr that is wanted and the one that is there', () => {
    const error = refusal({ acr: 'phr' }, { acr: 'pwd' });
    expect(error).toMatchObject({ code: 'insufficient_user_authentication', status: 401 });
    expect(error.message).toContain('by phr (acr), and the token says pwd');
    expect(error.wwwAuthenticate).toMatch(/, acr_values="phr"$/);
  });

  it('say how long ago the sign-in was', () => {
    const error = refusal({ maxAge: 60 }, { auth_time: 1_000 });
    expect(error.message).toContain('at most 60 s ago, and it was 95 s ago');
    expect(error.wwwAuthenticate).toMatch(/, max_age="60"$/);
  });

  it('refuse a token that does not tell when or how', () => {
    expect(refusal({ maxAge: 60 }).code).toBe('insufficient_user_authentication');
    expect(refusal({ acr: 'phr' }).message).toContain('nothing of it');
  });

  it('tell groups that Entra left out from groups that the person is not in', () => {
    expect(refusal({ groups: ['x'] }).message).toContain('only the administrator');
    expect(refusal({ groups: ['x'] }, { groups: [], _claim_names: { groups: 'src1' } }).message).toContain(
      'more groups than',
    );
    expect(refusal({ groups: ['x'] }, { hasgroups: true }).message).toContain('more groups than');
  });
});
