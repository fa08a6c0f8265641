import { describe, expect, it } from 'vitest';
import { parseConfig } from '../config/load.ts';
import type { PolicyQuestion } from './decide.ts';
import { explain } from './explain.ts';

const now = 1_800_000_000_000;
const [api, reports] = ['https://api.example.com', 'https://reports.example.com'];
const [shop, notes, vault] = ['https://shop.example.com', 'https://notes.example.com', 'https://vault.example.com'];
const config = parseConfig(
  `
issuer: https://latchkey.example.com
keys_file: keys
upstreams: { okta: { issuer: "https://acme.okta.com", client_id: x, client_secret: "\${SECRET}" } }
resources:
  ${api}: { name: API, scopes: { read: Read, write: Write } }
  ${reports}: { name: Reports, scopes: { read: Read }, groups: all }
origins:
  ${shop}: { name: Shop, allow: { ${api}: [read, write] }, groups: [okta:staff], consent: ask }
  ${notes}: { name: Notes, allow: { ${api}: [read], ${reports}: [read] }, consent: granted }
  https://intranet.example.com: { name: Intranet, allow: { ${reports}: [read] }, groups: [okta:staff] }
  ${vault}: { name: Vault, allow: { ${api}: [read] }, consent: granted, acr_values: [phr, phrh], max_age: 12h }`,
  '/nowhere/latchkey.yaml',
  { SECRET: 'of-this-test-only' },
);

const ask = (question: Partial<Omit<PolicyQuestion, 'now'>>) =>
  explain(config, {
    origin: notes,
    resource: api,
    scopes: ['read'],
    claims: { groups: [] },
    consented: undefined,
    ...question,
    now,
  });
/** One letter per check: h(olds), f(ails), n(ot reached). */
const outcomes = (explanation: ReturnType<typeof ask>) =>
  explanation.checks.map(({ outcome }) => outcome.charAt(0)).join('');
const staff = { groups: ['okta:staff'] };
const hours = (count: number) => now / 1_000 - count * 3_600;

describe('explain', () => {
  it('tells groups that are too many from none', () => {
    const given = (claims: PolicyQuestion['claims']) =>
      ask({ origin: shop, claims }).checks.find(({ check }) => check === 'groups')?.given;
    expect(given({ groups: [], groups_overage: true })).toBe('not listed by the provider: too many');
    expect(given({ groups: [] })).toBe('no group');
  });

  it.each<[string, Partial<PolicyQuestion>, string, string]>([
    ['everything holds', {}, 'hhhhhhh', 'allowed'],
    ['no such origin', { origin: 'https://evil.example' }, 'fnnnnnn', 'access_denied'],
    ['the origin with another scheme', { origin: 'http://notes.example.com' }, 'fnnnnnn', 'access_denied'],
    ['no such resource', { resource: 'https://nobody.example' }, 'hfnnnnn', 'invalid_target'],
    ['a resource of another site', { origin: shop, resource: reports }, 'hfnnnnn', 'invalid_target'],
    ['no scope', { scopes: [] }, 'hhfnnnn', 'invalid_scope'],
    ['a scope of another resource', { resource: reports, scopes: ['write'] }, 'hhfnnnn', 'invalid_scope'],
    ['one scope too many', { scopes: ['read', 'write'] }, 'hhfnnnn', 'invalid_scope'],
    ['no group', { origin: shop }, 'hhhfnnn', 'access_denied'],
    ['a group without its provider', { origin: shop, claims: { groups: ['staff'] } }, 'hhhfnnn', 'access_denied'],
    ['a group in other letters', { origin: shop, claims: { groups: ['okta:Staff'] } }, 'hhhfnnn', 'access_denied'],
    ['refused', { origin: shop, claims: staff, refused: true }, 'hhhhfnn', 'consent_refused'],
    ['never asked', { origin: shop, claims: staff }, 'hhhhhhf', 'consent_required'],
    [
      'agreed to less',
      { origin: shop, claims: staff, scopes: ['read', 'write'], consented: ['read'] },
      'hhhhhhf',
      'consent_required',
    ],
    ['agreed to more', { origin: shop, claims: staff, consented: ['read', 'write'] }, 'hhhhhhh', 'allowed'],
    ['sign-in unknown', { origin: vault }, 'hhhhhfn', 'insufficient_user_authentication'],
    [
      'sign-in weak',
      { origin: vault, claims: { groups: [], acr: 'pwd', auth_time: hours(1) } },
      'hhhhhfn',
      'insufficient_user_authentication',
    ],
    [
      'sign-in old',
      { origin: vault, claims: { groups: [], acr: 'phr', auth_time: hours(13) } },
      'hhhhhfn',
      'insufficient_user_authentication',
    ],
    [
      'sign-in without a time',
      { origin: vault, claims: { groups: [], acr: 'phr' } },
      'hhhhhfn',
      'insufficient_user_authentication',
    ],
    [
      'sign-in strong and new',
      { origin: vault, claims: { groups: [], acr: 'phrh', auth_time: hours(12) } },
      'hhhhhhh',
      'allowed',
    ],
  ])('%s', (_, question, expected, decision) => {
    const explanation = ask(question);
    expect(outcomes(explanation)).toBe(expected);
    expect(explanation.answer.allowed ? 'allowed' : explanation.answer.error).toBe(decision);
  });

  it('says which groups the token carries, and why others are left out', () => {
    const groups = ['okta:guests', 'okta:staff'];
    expect(ask({ claims: { groups } }).groups).toEqual({ groups: ['okta:staff'], groups_omitted: 'config' });
    expect(ask({ claims: { groups }, resource: reports }).groups).toEqual({ groups: [...groups].reverse() });
    const many = Array.from({ length: 1_000 }, (_, index) => `okta:group-${index}`);
    const explained = ask({ claims: { groups: many }, resource: reports }).groups;
    expect(explained?.groups_omitted).toBe('size');
    expect(explained?.groups.length).toBeGreaterThan(100);
    expect(ask({ resource: 'https://nobody.example' }).groups).toBeUndefined();
  });

  it('says what is wanted and what there is', () => {
    const { checks } = ask({ origin: vault, claims: { groups: ['okta:guests'], acr: 'pwd', auth_time: hours(13) } });
    expect(checks.map(({ check, rule, given }) => `${check}: ${rule} | ${given}`)).toEqual([
      `origin: listed under origins, as Vault | ${vault}`,
      `resource: one of ${api} | ${api}`,
      'scopes: some of read | read',
      'groups: anyone | okta:guests',
      'refusal: granted by the administrator | not chosen',
      'sign_in: acr phr or phrh, at most 12h ago | acr pwd, 13h ago',
      'consent: granted by the administrator | no consent yet',
    ]);
  });
});
