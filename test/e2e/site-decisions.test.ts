import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { openEvents } from './kit/event-stream.ts';
import { createPerson } from './kit/person.ts';
import { createSessionClient } from './kit/session-client.ts';

type Browser = Awaited<ReturnType<typeof createSessionClient>>;

/** APIs besides the demo's: one that the shop may ask for, and one that it may not. */
const [invoices, secret] = ['https://invoices.example.com', 'https://secret.example.com'];
interface Site {
  consent: string;
  allow: Record<string, string[]>;
}

let broker: TestBroker;
/** Two browsers of one user, and the site's request. */
let [first, second]: Browser[] = [];
let [shop, notes, api] = ['', '', ''];
let asked: { origin: string; resource: string; scope: string };

const newBrowser = async () => {
  const browser = await createSessionClient(broker.origins.broker, undefined, broker.origins.idp);
  await browser.signIn();
  return browser;
};
const both = () => [first, second] as [Browser, Browser];
const token = (browser: Browser, origin = shop) => browser.call('POST', '/session/token', { ...asked, origin });
const decide = (browser: Browser, decision: 'never' | 'ask', origin = shop) =>
  browser.call('POST', '/session/consents', { decision, origin });
const known = async (browser: Browser) => (await browser.call('GET', '/session')).body;

beforeAll(async () => {
  broker = await startBrokerAndIdp((config) => {
    const { resources, origins } = config as { resources: Record<string, object>; origins: Record<string, Site> };
    resources[invoices] = { name: 'Invoices API', scopes: { 'invoices:read': 'See your invoices' } };
    resources[secret] = { name: 'Secret API', scopes: { 'secrets:read': 'See your secrets' } };
    for (const site of Object.values(origins)) if (site.consent === 'ask') site.allow[invoices] = ['invoices:read'];
  });
  ({ shop, notes, api } = broker.origins);
  asked = { origin: shop, resource: api, scope: 'orders:read' };
  [first, second] = [await newBrowser(), await newBrowser()];
});
afterAll(() => broker?.close());
beforeEach(async () => {
  const [browser] = both();
  await decide(browser, 'ask');
  await browser.call('DELETE', '/session/consents', { origin: shop });
});

it('what a person allows in one browser, and takes back, holds in the other', async () => {
  const [one, other] = both();
  await one.call('POST', '/session/consents', asked);
  expect((await token(other)).status).toBe(200);
  expect((await known(other)).consents).toMatchObject([asked]);
  await other.call('DELETE', '/session/consents', { origin: shop });
  expect((await token(one)).body).toMatchObject({ error: 'consent_required', scope: 'orders:read' });
});

it('several APIs are allowed together, and each is in the audit', async () => {
  const [one, other] = both();
  const events = await openEvents(other, broker.origins.broker);
  await events.connected();
  const also = [{ resource: invoices, scope: 'invoices:read' }];
  const { body } = await one.call('POST', '/session/consents', { ...asked, also });
  const inOrder = [asked, { origin: shop, ...also[0] }].sort((a, b) => (a.resource! < b.resource! ? -1 : 1));
  expect(body.consents).toMatchObject(inOrder);
  await events.count(1);
  expect(events.names).toEqual(['consent']);
  await events.close();
  expect((await token(other)).status).toBe(200);
  expect((await other.call('POST', '/session/token', { origin: shop, ...also[0] })).status).toBe(200);
  const rows = await broker.rows(`select detail from audit where type = 'consent.granted' order by seq`);
  expect(rows.slice(-2).map(({ detail }) => JSON.parse(String(detail)))).toMatchObject([asked, also[0]]);
});

it.each([
  ['one that this site may not ask for', [{ resource: secret, scope: 'secrets:read' }], 'invalid_target'],
  ['one that nobody knows', [{ resource: 'https://nowhere.example.com', scope: 'a' }], 'invalid_target'],
  ['a scope that it does not have', [{ resource: invoices, scope: 'invoices:write' }], 'invalid_scope'],
  ['a scope that is missing', [{ resource: invoices, scope: '' }], 'invalid_scope'],
  ['one twice', Array(2).fill({ resource: invoices, scope: 'invoices:read' }), 'invalid_request'],
  ['more than eight', Array(8).fill({ resource: invoices, scope: 'invoices:read' }), 'invalid_request'],
  ['something else', [{ resource: invoices, scope: 'invoices:read', origin: 'https://x.test' }], 'invalid_request'],
])('several APIs with %s: nothing is allowed', async (_what, also, error) => {
  const [one] = both();
  // The wrong one is last: what stands before it must not be stored.
  const body = { ...asked, also };
  const granted = await broker.rows(`select count(*) as n from audit where type = 'consent.granted'`);
  expect(await one.call('POST', '/session/consents', body)).toMatchObject({ status: 400, body: { error } });
  expect((await known(one)).consents).toEqual([]);
  expect(await broker.rows(`select count(*) as n from audit where type = 'consent.granted'`)).toEqual(granted);
});

it('“never” takes everything back, in every browser, and the site may not ask', async () => {
  const [one, other] = both();
  await one.call('POST', '/session/consents', asked);
  const events = await openEvents(other, broker.origins.broker);
  await events.connected();
  const { body } = await decide(one, 'never');
  expect(body).toMatchObject({ consents: [], sites: [{ origin: shop, refused_at: expect.any(Number) }] });
  await events.count(1);
  expect(events.names).toEqual(['consent']);
  await events.close();
  for (const browser of both()) {
    const refused = await token(browser);
    expect(refused).toMatchObject({ status: 403, body: { error: 'consent_refused' } });
    expect(refused.body).not.toHaveProperty('scope');
    expect(refused.body.error_description).toContain('/account');
  }
  expect((await known(other)).sites).toMatchObject([{ origin: shop, refused_at: expect.any(Number) }]);
});

it('“never” is taken back in any browser, and by the next “allow”; taking back a consent does not do it', async () => {
  const [one, other] = both();
  await decide(one, 'never');
  await one.call('DELETE', '/session/consents', { origin: shop });
  expect((await token(one)).body.error).toBe('consent_refused');
  expect((await decide(other, 'ask')).status).toBe(200);
  expect((await decide(other, 'ask')).status).toBe(200);
  expect((await token(one)).body.error).toBe('consent_required');
  await decide(one, 'never');
  await other.call('POST', '/session/consents', asked);
  expect((await token(one)).status).toBe(200);
});

it('“never” is one person’s, and not for sites that don’t ask', async () => {
  const [one] = both();
  await decide(one, 'never');
  const grace = await createSessionClient(broker.origins.broker, undefined, broker.origins.idp);
  await grace.signIn('grace', 'compiler-1952');
  expect((await token(grace)).body.error).toBe('consent_required');
  expect(await decide(one, 'never', notes)).toMatchObject({ status: 403, body: { error: 'access_denied' } });
  expect(await decide(one, 'never', 'https://evil.example')).toMatchObject({ body: { error: 'access_denied' } });
  expect((await token(one, notes)).status).toBe(200);
  for (const body of [{ decision: 'no', origin: shop }, { decision: 'never' }, { ...asked, decision: 'never' }]) {
    expect(await one.call('POST', '/session/consents', body)).toMatchObject({ body: { error: 'invalid_request' } });
  }
});

it('/account shows what was chosen, when and from where a site was last used, and lets it ask again', async () => {
  const [one] = both();
  const person = createPerson(broker.origins);
  const open = async () => person.signIn(await person.visitor.visit(`${broker.origins.broker}/account`));
  await one.call('POST', '/session/consents', asked);
  await token(one);
  await token(one, notes);
  const { sites } = await known(one);
  expect(sites).toMatchObject([shop, notes].sort().map((origin) => ({ origin, last_used_at: expect.any(Number) })));
  const used = await open();
  expect(siteOf(used.text, shop)).toMatch(
    /allowed <time [^>]*>just now<\/time>.*Last used .* from <bdi>127\.0\.0\.1.*end_site/s,
  );
  expect(siteOf(used.text, notes)).toMatch(/allowed by your organization.*Last used/s);
  expect(siteOf(used.text, notes)).not.toContain('<form');
  await decide(one, 'never');
  const refused = await open();
  expect(siteOf(refused.text, shop)).toMatch(/blocked by you <time [^>]*>just now<\/time>/);
  expect(siteOf(refused.text, shop)).not.toContain('See your orders');
  const after = await person.press(refused, '/account', 'let_site_ask', { origin: shop });
  expect(siteOf(after.text, shop)).toBe('');
  expect((await token(one)).body.error).toBe('consent_required');
});

it('a site’s use is not a write a token', async () => {
  const [one] = both();
  await token(one, notes);
  const lastUse = async () =>
    (await broker.rows('select last_used_at as at from sites where origin = ?', notes))[0]?.at;
  const before = await lastUse();
  expect(before).toBeTypeOf('number');
  await token(one, notes);
  expect(await lastUse()).toBe(before);
  await broker.rows('update sites set last_used_at = last_used_at - 300000');
  await token(one, notes);
  expect(await lastUse()).toBeGreaterThanOrEqual(Number(before));
});

it('each decision that changes something is in the audit', async () => {
  const [one] = both();
  await one.call('POST', '/session/consents', asked);
  for (const decision of ['never', 'never', 'ask', 'ask'] as const) await decide(one, decision);
  const rows = await broker.rows(`select type, detail from audit where type like 'consent.%' order by seq`);
  const last = rows.slice(-3).map(({ type, detail }) => [type, JSON.parse(String(detail))]);
  const request_id = expect.stringMatching(/^[\da-f]{32}$/);
  expect(last).toEqual([
    ['consent.granted', { origin: shop, resource: api, scope: 'orders:read', request_id }],
    ['consent.refused', { origin: shop, request_id }],
    ['consent.refusal_revoked', { origin: shop, request_id }],
  ]);
});

/** The page's entry for the site. */
const siteOf = (text: string, origin: string): string =>
  text.split('<article').find((part) => part.includes(`<bdi>${origin}</bdi>`)) ?? '';
