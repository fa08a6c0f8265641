import { describe, expect, it } from 'vitest';
import type { OriginConfig, ResourceConfig } from '../config/types.ts';
import { decide, type PolicyQuestion } from './decide.ts';

const now = 1_800_000_000_000;
const api = 'https://api.example.com';
const resource: ResourceConfig = {
  resource: api,
  name: 'API',
  scopes: { read: 'Read', write: 'Write', admin: 'Administer' },
  lifetimeMs: 300_000,
  freshMs: 900_000,
  dpop: 'optional',
  groups: { carry: 'named', named: [] },
  tokenAlg: 'ES256',
  urls: [`${api}/`],
};
const site = (more: Partial<OriginConfig> = {}): OriginConfig => ({
  origin: 'https://shop.example.com',
  name: 'Shop',
  allow: new Map([[api, ['read', 'write']]]),
  groups: [],
  consent: 'granted',
  acrValues: [],
  maxAgeMs: undefined,
  attachTokens: false,
  ...more,
});
const ask = (more: Partial<PolicyQuestion> = {}, origin = site()) =>
  decide(
    { origins: new Map([[origin.origin, origin]]), resources: new Map([[api, resource]]) },
    {
      origin: origin.origin,
      resource: api,
      scopes: ['read'],
      claims: { groups: [] },
      consented: undefined,
      now,
      ...more,
    },
  );
const errorOf = (answer: ReturnType<typeof decide>) => (answer.allowed ? 'allowed' : answer.error);

describe('the policy', () => {
  const phr = site({ acrValues: ['phr'] });
  const recent = site({ maxAgeMs: 60_000 });
  const asks = site({ consent: 'ask' });
  const staff = site({ groups: ['okta:staff', 'okta:admins'] });

  it.each<[string, string, Partial<PolicyQuestion>, OriginConfig?]>([
    ['allows what is allowed', 'allowed', {}],
    ['refuses an unknown origin', 'access_denied', { origin: 'https://evil.example' }],
    ['refuses another port of a known host', 'access_denied', { origin: 'https://shop.example.com:8443' }],
    ['refuses a look-alike', 'access_denied', { origin: 'https://shop.example.com.evil.test' }],
    ['refuses another resource', 'invalid_target', { resource: 'https://api.example.com/' }],
    ['refuses a scope that the site may not ask for', 'invalid_scope', { scopes: ['read', 'admin'] }],
    ['refuses no scope at all', 'invalid_scope', { scopes: [] }],
    ['refuses who is in none of the groups', 'access_denied', { claims: { groups: ['okta:guests'] } }, staff],
    [
      'refuses a group of the same name at another provider',
      'access_denied',
      { claims: { groups: ['entra:staff'] } },
      staff,
    ],
    ['allows one group of several', 'allowed', { claims: { groups: ['okta:admins'] } }, staff],
    ['asks for consent where none was given', 'consent_required', {}, asks],
    ['asks for the rest of the consent', 'consent_required', { scopes: ['read', 'write'], consented: ['read'] }, asks],
    ['goes by the consent', 'allowed', { consented: ['read', 'write'] }, asks],
    ['does not ask who has refused', 'consent_refused', { refused: true }, asks],
    [
      'does not ask them for another sign-in either',
      'consent_refused',
      { refused: true },
      site({ consent: 'ask', acrValues: ['phr'] }),
    ],
    ['puts the administrator’s consent above a refusal', 'allowed', { refused: true }],
    ['asks for a stronger sign-in', 'insufficient_user_authentication', { claims: { groups: [], acr: 'pwd' } }, phr],
    ['asks where the provider says nothing of strength', 'insufficient_user_authentication', {}, phr],
    ['goes by the strength', 'allowed', { claims: { groups: [], acr: 'phr' } }, phr],
    [
      'asks for a newer sign-in',
      'insufficient_user_authentication',
      { claims: { groups: [], auth_time: now / 1_000 - 61 } },
      recent,
    ],
    ['asks where the provider says nothing of time', 'insufficient_user_authentication', {}, recent],
    ['goes by the time', 'allowed', { claims: { groups: [], auth_time: now / 1_000 - 60 } }, recent],
  ])('%s', (_, expected, question, origin) => {
    expect(errorOf(ask(question, origin))).toBe(expected);
  });

  it('says why the groups are not known', () => {
    expect(ask({ claims: { groups: [], groups_overage: true } }, staff)).toMatchObject({
      error: 'access_denied',
      why: expect.stringContaining('too many groups for the identity provider to list'),
    });
  });

  it('names what is missing', () => {
    expect(ask({ scopes: ['read', 'write'], consented: ['read'] }, asks)).toMatchObject({ missing: ['write'] });
  });
});
