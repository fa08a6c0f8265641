import { createHash } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { brokerInProcess, type InProcessBroker, issuer } from '../../test/broker/in-process.ts';
import { createPerson } from '../../test/e2e/kit/person.ts';
import { fieldOf, type Visit } from '../../test/e2e/kit/visitor.ts';
import { createOktaLike } from '../../test/okta-like/okta.ts';

const icon = join(mkdtempSync(join(tmpdir(), 'latchkey-icon-')), 'acme & co.svg');
writeFileSync(icon, '<svg xmlns="http://www.w3.org/2000/svg"/>');
const orgs = { acme: 'https://acme.example', partner: 'https://partner.example' };
const upstreams = `  acme: { name: Acme Okta, icon: "${icon}", domains: [acme.com], issuer: "${orgs.acme}/oauth2/default", client_id: c, client_secret: "\${SECRET}", preset: okta }
  partner: { name: "Partner & Söhne", domains: [partner.com], issuer: "${orgs.partner}/oauth2/default", client_id: c, client_secret: "\${SECRET}", preset: okta }`;
const config = `resources:
  https://api.example.com: { name: API, scopes: { read: Read } }
devices:
  tv: { name: TV, grant: both, allow: { "https://api.example.com": [read] } }`;
const ada = { id: 'ada', login: 'ada@acme.com', password: 'of-ada', name: 'Ada', groups: [] };

type Provider = Awaited<ReturnType<typeof createOktaLike>>['app'];
let broker: InProcessBroker;
let providers: Map<string, Provider>;

beforeEach(async () => {
  const client = { id: 'c', secret: 'of-this-test-only', redirectUris: [`${issuer}/callback`] };
  const apps = await Promise.all(
    Object.values(orgs).map(async (org) => {
      const { app } = await createOktaLike({ org, client, users: [ada], now: () => broker.clock.now });
      return [org, app] as const;
    }),
  );
  providers = new Map(apps);
  broker = await brokerInProcess(config, { fetch: async (input, init) => at(new URL(String(input)), init), upstreams });
});
afterEach(() => broker.close());

async function at(url: URL, init?: RequestInit): Promise<Response> {
  const provider = providers.get(url.origin);
  if (!provider) throw new TypeError('fetch failed');
  return provider.request(url.href, init);
}

const personAt = (idp: string) =>
  createPerson({ broker: issuer, idp }, [ada.login, ada.password], {}, undefined, async (url, init) =>
    url.origin === issuer ? broker.request(`${url.pathname}${url.search}`, init) : at(url, init),
  );

/** The labels of the page's choices, in their order. */
const choices = ({ text }: Visit): string[] =>
  [...text.matchAll(/<li>.*?<bdi>(.*?)<\/bdi>/gs)].map(([, label = '']) => label);
const onward = ({ text }: Visit, name: string): string =>
  new RegExp(`href="([^"]*[?;&]upstream=${name})"`).exec(text)?.[1]?.replaceAll('&amp;', '&') ?? 'no link';

const authorizePath = (more: Record<string, string> = {}) =>
  `${issuer}/authorize?${new URLSearchParams({
    client_id: 'tv',
    response_type: 'code',
    redirect_uri: 'http://127.0.0.1:5000/callback',
    code_challenge: createHash('sha256').update('v'.repeat(43)).digest('base64url'),
    code_challenge_method: 'S256',
    state: 'of-the-app',
    ...more,
  })}`;

describe('with several providers', () => {
  it('/account asks which one, and goes there', async () => {
    const person = personAt(orgs.partner);
    const page = await person.visitor.visit(`${issuer}/account`);
    expect(page.text).toContain('Choose how to sign in');
    expect(choices(page)).toEqual(['Acme Okta', 'Partner &amp; Söhne']);
    const account = await person.open(new URL(onward(page, 'partner'), issuer));
    expect(account.url.href).toBe(`${issuer}/account`);
    expect(account.text).toContain(ada.login);
  });

  it('a provider with an icon shows it, and a screen reader passes over it', async () => {
    const { text } = await personAt(orgs.acme).visitor.visit(`${issuer}/account`);
    const images = [...text.matchAll(/<img src="(\/assets\/providers\/[^"]*)"([^>]*)>/g)];
    expect(images.map(([, src]) => src)).toEqual(['/assets/providers/acme']);
    expect(images[0]?.[2]).toContain('alt=""');
    expect((await broker.request(images[0]?.[1] ?? '')).headers.get('content-type')).toBe('image/svg+xml');
  });

  it('/device asks after the code, goes there, and names the provider in the question', async () => {
    const person = personAt(orgs.partner);
    const body = new URLSearchParams({ client_id: 'tv' });
    const { user_code } = await (await broker.request('/device_authorization', { method: 'POST', body })).json();
    const page = await person.enter(user_code);
    expect(choices(page)).toEqual(['Acme Okta', 'Partner &amp; Söhne']);
    const fields = { csrf: fieldOf(page.text, 'csrf'), user_code: fieldOf(page.text, 'user_code') };
    expect(fields.user_code).toBe(user_code);
    const question = await person.signIn(
      await person.visitor.visit(`${issuer}/device`, { ...fields, upstream: 'partner' }),
    );
    expect(question.text).toContain('Allow this device?');
    expect(question.text).toContain('<bdi>Partner &amp; Söhne</bdi>');
    expect(await (await person.decide(question, 'allow')).text).toContain('You’re signed in');
  });

  it('/authorize asks for a program, and keeps its request', async () => {
    const person = personAt(orgs.partner);
    const page = await person.visitor.visit(authorizePath());
    expect(choices(page)).toHaveLength(2);
    const question = await person.open(new URL(onward(page, 'partner'), issuer));
    const { url } = await person.decideNative(question, 'allow');
    expect(url.searchParams.get('state')).toBe('of-the-app');
    expect(url.searchParams.get('code')).toMatch(/./);
  });

  it('/authorize asks nobody if the program names a provider, or an address of one', async () => {
    for (const hint of [{ upstream: 'partner' }, { login_hint: 'ada@Partner.com' }] as Record<string, string>[]) {
      const { url } = await personAt(orgs.partner).visitor.visit(authorizePath(hint));
      expect(url.origin).toBe(orgs.partner);
    }
    const unknown = await personAt(orgs.partner).visitor.visit(authorizePath({ upstream: 'nobody' }));
    expect(Object.fromEntries(unknown.url.searchParams)).toMatchObject({
      error: 'invalid_request',
      state: 'of-the-app',
    });
    const other = await personAt(orgs.partner).visitor.visit(authorizePath({ login_hint: 'ada@elsewhere.example' }));
    expect(choices(other)).toHaveLength(2);
  });

  it('the one of the last sign-in comes first and has the focus, and nothing is chosen without the person', async () => {
    const person = personAt(orgs.partner);
    await person.open(`${issuer}/account?upstream=partner`);
    const form = await person.visitor.visit(`${issuer}/device`);
    const signedOut = await person.visitor.visit(`${issuer}/signout`, { csrf: fieldOf(form.text, 'csrf') });
    expect(signedOut.url.pathname).toBe('/device');
    const page = await person.visitor.visit(`${issuer}/account`);
    expect(choices(page)).toEqual(['Partner &amp; Söhne', 'Acme Okta']);
    expect(page.text.match(/autofocus/g)).toHaveLength(1);
    expect(page.text).toMatch(/upstream=partner" autofocus>[\s\S]*Last used/);
  });

  it('a cookie with a provider that was removed changes nothing', async () => {
    const person = personAt(orgs.partner);
    person.visitor.cookies(new URL(issuer).host).set('__Host-lk-provider', 'removed');
    expect(choices(await person.visitor.visit(`${issuer}/account`))).toEqual(['Acme Okta', 'Partner &amp; Söhne']);
  });

  it('a person who is signed in is not asked again', async () => {
    const person = personAt(orgs.partner);
    await person.open(`${issuer}/account?upstream=partner`);
    const question = await person.open(authorizePath());
    expect(question.text).toContain('<bdi>Partner &amp; Söhne</bdi>');
  });

  it('a link on another site chooses nothing', async () => {
    const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
    const page = await (await broker.request('/account?upstream=partner', { headers })).text();
    expect(page).toContain('href="/account"');
  });
});
