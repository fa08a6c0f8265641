import { readFile } from 'node:fs/promises';
import { createIdp, type IdpOptions, newSigningKey } from '../../../demo/idp/idp.ts';
import { demoCode } from '../../../demo/idp/second-factor.ts';
import { serve } from '../../../demo/serve.ts';
import { typeCredentials } from '../../e2e/kit/chromium/person.ts';
import { lasting, type Place, type Program, type Provider, type RunningProvider } from '../provider.ts';

type Manner = Pick<IdpOptions, 'rotates' | 'refreshLeewayMs' | 'refreshTokenSeconds' | 'asksConsent'>;

const leewayMs = 30_000;

/** The npm package `oidc-provider`, as it is commonly set up. */
export const oidcProviders: readonly Provider[] = [
  inManner('oidc-rotating', { rotates: true, refreshLeewayMs: leewayMs }),
  inManner('oidc-lasting', { rotates: false }),
  inManner('oidc-minute', { rotates: true, refreshLeewayMs: leewayMs, refreshTokenSeconds: 60 }),
  inManner('oidc-consent', { rotates: true, refreshLeewayMs: leewayMs, asksConsent: true }),
];

function inManner(name: string, manner: Manner): Provider {
  return {
    name,
    async provide(): Promise<Program> {
      const file = new URL('../../../node_modules/oidc-provider/package.json', import.meta.url);
      const { version } = JSON.parse(await readFile(file, 'utf8'));
      return { version, start: (place) => start(manner, place) };
    },
  };
}

async function start(manner: Manner, { origin, port, client, users }: Place): Promise<RunningProvider> {
  const disabled = new Set<string>();
  const unassigned = new Set<string>();
  let namesGroups = true;
  let { secret } = client;
  let signingKey = await newSigningKey();
  let idp = await create();
  let server = await serve(idp.handler, port);

  async function create(store?: IdpOptions['store']) {
    return createIdp({
      ...manner,
      issuer: origin,
      client: {
        id: client.id,
        secret,
        redirectUris: [...client.redirectUris],
        postLogoutRedirectUris: [client.postLogoutRedirectUri],
        backchannelLogoutUri: client.backchannelLogoutUri,
      },
      users: users.filter(({ username }) => !disabled.has(username)),
      unassigned,
      namesGroups,
      now: Date.now,
      log: (line) => process.stderr.write(`${line}\n`),
      signingKey,
      store,
    });
  }

  /** With the same state, and what has changed since. */
  async function restart(): Promise<void> {
    await server.close();
    idp = await create(idp.store);
    server = await serve(idp.handler, port);
  }

  return {
    upstream: {
      issuer: origin,
      scopes: ['openid', 'profile', 'email', 'groups', 'offline_access'],
      preset: 'oidc-provider',
      ...(manner.rotates === false ? { rotates: 'no' } : { refresh_leeway: `${leewayMs / 1_000}s` }),
    },
    rotation: { rotates: manner.rotates !== false, leewayMs },
    signInField: 'input[name=password]',
    ...(manner.asksConsent ? { consentButton: '#allow' } : {}),
    signIn: typeCredentials,
    async secondFactor(page) {
      await page.fill('input[name=otp]', demoCode);
      await page.getByRole('button', { name: 'Continue' }).click();
    },
    async confirmSignOut(page) {
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByText('You are signed out').waitFor();
    },
    async signOutThere(page) {
      await page.goto(`${origin}/session/end`);
      await page.getByRole('button', { name: 'Sign out' }).click();
      await page.getByText('You are signed out').waitFor();
    },
    async endSessions({ username }) {
      await idp.endSessionsOf(username);
    },
    async disable({ username }) {
      disabled.add(username);
      const sessions = idp.store.adapter('Session');
      for (const id of idp.store.identifiers('Session'))
        if ((await sessions.find(id))?.accountId === username) await sessions.destroy(id);
      await restart();
    },
    async unassign({ username }) {
      unassigned.add(username);
    },
    async dropGroups() {
      namesGroups = false;
      await restart();
    },
    async replaceSecret(next) {
      secret = next;
      await restart();
    },
    async rollKeys() {
      signingKey = await newSigningKey();
      await restart();
    },
    stop: () => server.close(),
    async start() {
      idp = await create(idp.store);
      server = await serve(idp.handler, port);
    },
    close: () => server.close(),
    ...(manner.refreshTokenSeconds === undefined
      ? { cannot: lasting }
      : { refreshTokenMs: manner.refreshTokenSeconds * 1_000, cannot: {} }),
  };
}
