import { afterEach, describe, expect, it } from 'vitest';
import { issuer } from '../broker/in-process.ts';
import { ada, brokerAtProvider } from './dialects/broker-at.ts';
import type { OktaOptions } from './model.ts';
import { createOktaLike } from './okta.ts';

const org = 'https://acme.okta.com';
const hooks = `${issuer}/hooks/p`;
const secret = 'of-this-test-and-no-other';

/** A broker at one of the org's authorization servers, by its path. */
const startAt = (server: string, more: Partial<OktaOptions> = {}) =>
  brokerAtProvider(async (options) => {
    const okta = await createOktaLike({ org, server, ...more, ...options });
    const base = server === '' ? '/oauth2' : server;
    return {
      ...okta,
      tokenEndpoint: `${org}${base}/v1/token`,
      fetch: async (input, init) => okta.app.request(new Request(input, init)),
    };
  }, `issuer: "${org}${server}", preset: okta, scopes: [openid, profile, email, groups, offline_access], hooks: { okta_events_secret: "\${HOOK_SECRET}", revocation_issuer: "${org}" }`);

let at: Awaited<ReturnType<typeof startAt>>;
afterEach(() => at.broker.close());

describe.each([
  ['the default custom server', '/oauth2/default'],
  ['another custom server', '/oauth2/aus1a2b3c4d5'],
  ['the org server', ''],
])('%s', (_name, server) => {
  it('signs people in, and rotates their tokens', async () => {
    at = await startAt(server);
    expect(await at.signIn()).toMatchObject({ status: 201, body: { account: { name: 'Ada' } } });
    for (const _turn of [1, 2]) expect((await at.refreshed()).status).toBe(200);
    expect(at.provider.families.counts).toEqual({ rotations: 2, repeats: 0, reuses: 0 });
  });

  it.each([
    ['the ID token', false],
    ['UserInfo', true],
  ])('tells the groups in %s', async (_where, claimsOnRequest) => {
    at = await startAt(server, { claimsOnRequest });
    await at.signIn();
    expect(await at.groups()).toEqual(['p:staff']);
    await at.refreshed();
    expect(await at.groups()).toEqual(['p:staff']);
    expect((await at.staffToken()).status).toBe(200);
  });

  it('refuses who is not assigned, and nobody is signed in', async () => {
    at = await startAt(server, { refusesEveryone: true });
    const { back } = await at.signIn();
    expect(back?.get('error')).toBe('access_denied');
    expect((await at.session()).status).toBe(401);
  });

  it.each([
    ['an e-mail address', 'email', 'sub_id'],
    ['issuer and subject', 'iss_sub', 'sub_id'],
    ['issuer and subject, as the first drafts write it', 'iss_sub', 'subject'],
  ] as const)('Universal Logout by %s ends every session', async (_how, as, member) => {
    at = await startAt(server);
    await at.signIn();
    at.broker.clock.now += 2_000;
    const request = await at.provider.signals.universalLogout(`${hooks}/global-token-revocation`, ada, as, member);
    expect((await deliver(request)).status).toBe(204);
    expect((await at.session()).status).toBe(401);
    expect((await deliver(request)).status).toBe(401);
  });

  it('an event hook makes the next request ask Okta about the person', async () => {
    at = await startAt(server);
    await at.signIn();
    const events = [
      { eventType: 'user.account.update_profile', user: ada },
      { eventType: 'user.lifecycle.suspend', user: ada },
    ];
    expect((await deliver(at.provider.signals.eventHook(`${hooks}/okta-events`, secret, events))).status).toBe(204);
    at.provider.families.endAll();
    expect(await at.token()).toMatchObject({ status: 401 });
  });
});

describe('event hooks', () => {
  it('are verified once', async () => {
    at = await startAt('/oauth2/default');
    const ask = (given: string) =>
      deliver(at.provider.signals.eventHookVerification(`${hooks}/okta-events`, given, 'challenge-1'));
    expect(await (await ask(secret)).json()).toEqual({ verification: 'challenge-1' });
    expect((await ask('guess')).status).toBe(401);
  });

  it('whose event has no target are about its actor', async () => {
    at = await startAt('/oauth2/default');
    await at.signIn();
    const events = [{ eventType: 'user.session.end', user: ada, hasTarget: false }];
    await deliver(at.provider.signals.eventHook(`${hooks}/okta-events`, secret, events));
    const { rotations } = at.provider.families.counts;
    expect((await at.token()).status).toBe(200);
    expect(at.provider.families.counts.rotations).toBe(rotations + 1);
  });

  it('about what concerns no sign-in change nothing', async () => {
    at = await startAt('/oauth2/default');
    await at.signIn();
    const events = [{ eventType: 'user.account.update_profile', user: ada }];
    expect((await deliver(at.provider.signals.eventHook(`${hooks}/okta-events`, secret, events))).status).toBe(204);
    expect((await at.token()).status).toBe(200);
    expect(at.provider.families.counts.rotations).toBe(0);
  });
});

async function deliver(request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const { method, headers } = request;
  return at.broker.request(pathname, {
    method,
    headers,
    ...(method === 'POST' ? { body: await request.clone().text() } : {}),
  });
}
