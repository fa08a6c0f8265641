import fc from 'fast-check';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grantToken } from '../../../broker/session/grant-token.ts';
import { newSessionSecret } from '../../../broker/session/session-secret.ts';
import type { GrantClaims } from '../../../broker/store/store.ts';
import { type ApiError, verifier } from '../../../clients/api/index.ts';
import { brokerInProcess, type InProcessBroker, issuer } from '../../broker/in-process.ts';
import { newPerson, newSession } from '../store/values.ts';

/** All our verifiers accept the broker's tokens, no matter what the provider says about the user. */
const [api, all, listed] = ['https://api.example.com', 'https://all.example.com', 'https://listed.example.com'];
const shop = 'https://shop.example.com';

let broker: InProcessBroker;
let verify: ReturnType<typeof verifier>;

beforeAll(async () => {
  broker = await brokerInProcess(`
resources:
  ${api}: { name: API, scopes: { read: Read } }
  ${all}: { name: All, scopes: { read: Read }, groups: all }
  ${listed}: { name: Listed, scopes: { read: Read }, groups: [okta:admins, okta:nobody] }
origins:
  ${shop}:
    name: Shop
    allow: { ${api}: [read], ${all}: [read], ${listed}: [read] }
    groups: [okta:staff, okta:managers]
    consent: granted
  https://other.example.com: { name: Other, allow: { ${listed}: [read] }, groups: [okta:elsewhere] }`);
  verify = verifier({
    issuer,
    audience: [api, all, listed],
    fetch: async (input) => broker.request(new URL(String(input)).pathname, {}),
    now: () => broker.clock.now,
  });
});
afterAll(() => broker.close());

let people = 0;
async function tokenOf(claims: Partial<GrantClaims>, resource = api): Promise<string> {
  const { store } = broker.deps;
  const now = broker.clock.now;
  people += 1;
  const person = await store.upsertPerson(
    { ...newPerson(), upstream: 'okta', idpSub: `person-${people}`, newSub: `sub-${people}` },
    now,
  );
  const dates = { issuedAt: now, refreshedAt: now, createdAt: now };
  const ends = { idleExpiresAt: now + 86_400_000, absoluteExpiresAt: now + 86_400_000 };
  const session = { ...newSession(person), ...dates, ...ends, claims: { groups: [], ...claims } };
  await store.insertSession(session);
  const row = await store.getSession(session.id);
  if (!row) throw new Error('the session just stored is gone');
  const asked = { origin: shop, resource, scope: 'read' };
  return (await grantToken(broker.deps, { row, secret: newSessionSecret() }, asked, undefined)).access_token;
}

async function accepted(token: string, resource: string): Promise<number> {
  const headers = { Authorization: `Bearer ${token}` };
  const answer = await broker.request(`/verify?resource=${resource}&scope=read`, { headers });
  await verify(new Request(`${resource}/`, { headers }));
  return answer.status;
}

const many = (count: number) => Array.from({ length: count }, (_, index) => `okta:department-of-number-${index}`);
const omitted = async () =>
  /latchkey_access_tokens_groups_omitted_total (\d+)/.exec(await broker.deps.metrics.text())?.[1];

describe('an access token', () => {
  it.each([130, 5_000])('of a person in %i groups is accepted, and carries those that a rule names', async (count) => {
    const token = await tokenOf({ groups: [...many(count), 'okta:staff', 'okta:elsewhere'] });
    expect(await accepted(token, api)).toBe(200);
    expect(decodeJwt(token)).toMatchObject({ groups: ['okta:staff'], groups_omitted: 'config' });
    expect(await omitted()).toBe('0');
  });

  it('says nothing about groups left out if it has them all', async () => {
    expect(decodeJwt(await tokenOf({ groups: ['okta:staff'] }))).not.toHaveProperty('groups_omitted');
  });

  it('carries the groups that its resource lists, and no others', async () => {
    const token = await tokenOf({ groups: ['okta:staff', 'okta:admins', 'okta:elsewhere'] }, listed);
    expect(decodeJwt(token)).toMatchObject({ groups: ['okta:admins'], groups_omitted: 'config' });
  });

  it('with all groups leaves out those that do not fit, those of rules last of all, and says so', async () => {
    const before = Number(await omitted());
    const token = await tokenOf({ groups: [...many(5_000), 'okta:staff'] }, all);
    expect(await accepted(token, all)).toBe(200);
    expect(token.length).toBeLessThanOrEqual(6_144);
    expect(token.length).toBeGreaterThan(6_000);
    const { groups, groups_omitted } = decodeJwt<{ groups: string[]; groups_omitted: string }>(token);
    expect(groups_omitted).toBe('size');
    expect(groups.slice(0, 2)).toEqual(['okta:staff', 'okta:department-of-number-0']);
    expect(await omitted()).toBe(String(before + 1));
  });

  it('lets an API tell why a group is missing', async () => {
    const why = (token: string) =>
      verify(new Request(api, { headers: { Authorization: `Bearer ${token}` } }), { groups: ['okta:elsewhere'] }).catch(
        (error: ApiError) => error.message,
      );
    expect(await why(await tokenOf({ groups: ['okta:staff', 'okta:elsewhere'] }))).toContain('resources');
    expect(await why(await tokenOf({ groups: [...many(5_000), 'okta:staff'] }, all))).toContain('more groups than fit');
    expect(await why(await tokenOf({ groups: ['okta:staff'] }))).toContain('No other token will help');
  });

  it('is accepted or not issued, whatever the provider says', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 });
    const claims = fc.record(
      {
        groups: fc.array(
          fc
            .oneof(text, fc.constant('x'.repeat(3_000)), fc.constant('🔑'.repeat(1_000)))
            .map((group) => `okta:${group}`),
          { maxLength: 300 },
        ),
        acr: fc.oneof(text, fc.constant('a'.repeat(4_000))),
        amr: fc.array(text, { maxLength: 200 }),
        auth_time: fc.double({ min: 0, max: 1_800_000_000, noNaN: true }),
      },
      { requiredKeys: ['groups'] },
    );
    await fc.assert(
      fc.asyncProperty(claims, fc.constantFrom(all, api), async (said, resource) => {
        const token = await tokenOf({ ...said, groups: ['okta:staff', ...said.groups] }, resource).catch(
          (error) => error,
        );
        if (typeof token === 'string') expect(await accepted(token, resource)).toBe(200);
        else expect(token).toMatchObject({ code: 'invalid_scope', status: 400 });
      }),
      { numRuns: 200 },
    );
  });
});
