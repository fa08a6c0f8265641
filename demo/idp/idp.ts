import { randomBytes } from 'node:crypto';
import type { RequestListener } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { exportJWK, generateKeyPair, type JWK } from 'jose';
import Provider, { type Configuration } from 'oidc-provider';
import type { DemoUser } from '../users.ts';
import { createLogin } from './login.ts';
import { createMemoryStore, type MemoryStore } from './memory-store.ts';
import { logoutPage, messagePage } from './pages.ts';
import { acrValues, policyWithFactor } from './second-factor.ts';

export interface IdpOptions {
  issuer: string;
  /** The broker, as a confidential client. */
  client: {
    id: string;
    secret: string;
    redirectUris: string[];
    postLogoutRedirectUris: string[];
    /** Where the broker receives logout tokens (OpenID Connect Back-Channel Logout). */
    backchannelLogoutUri?: string | undefined;
  };
  users: readonly DemoUser[];
  /** Usernames that have no access to the broker. Default: none. */
  unassigned?: ReadonlySet<string> | undefined;
  /** Whether people's groups are a claim. Default: true. */
  namesGroups?: boolean | undefined;
  now: () => number;
  /** Receives the provider's own errors, one line each. */
  log: (line: string) => void;
  /** Whether a refresh replaces the refresh token. Default: true. */
  rotates?: boolean | undefined;
  /** For how long a rotated refresh token is still accepted. Default 0: a second use ends the grant. */
  refreshLeewayMs?: number | undefined;
  /** The key that signs tokens. Default: a new one. */
  signingKey?: JWK | undefined;
  /** How long a refresh token can be used, in seconds. Default: 14 days. */
  refreshTokenSeconds?: number | undefined;
  /** Whether people are asked for their consent, and `offline_access` needs `prompt=consent`, as the library has it. Default: false. */
  asksConsent?: boolean | undefined;
  /** The state of a provider that this one continues. Default: a new one. */
  store?: MemoryStore | undefined;
}

/** What tests can ask the provider. */
export interface IdpCounts {
  logins: number;
  /** Refresh tokens that were used and replaced. */
  rotations: number;
  /** Refresh tokens that were used twice. Each ended its grant. */
  reuses: number;
  revocations: number;
}

export interface Idp {
  handler: RequestListener;
  counts: Readonly<IdpCounts>;
  store: MemoryStore;
  /** Ends the person's sessions at the provider, which tells clients by back-channel logout. @returns the number of sessions */
  endSessionsOf(username: string): Promise<number>;
}

/**
 * A real OpenID Connect provider (`oidc-provider`), as strict as the strictest in use: refresh tokens
 * rotate at each use and a second use (after the leeway, if it has one) ends the grant at once, PKCE is required, `iss` is sent (RFC 9207), and
 * each authorization has a grant of its own.
 */
export async function createIdp(options: IdpOptions): Promise<Idp> {
  const { issuer, client, users, now, log, rotates = true, refreshLeewayMs, signingKey, asksConsent = false } = options;
  const store = options.store ?? createMemoryStore(now, refreshLeewayMs);
  const provider = new Provider(issuer, {
    ...policy,
    ttl: { ...lifetimes, RefreshToken: options.refreshTokenSeconds ?? lifetimes.RefreshToken },
    ...(asksConsent ? {} : consentOfEmployer),
    rotateRefreshToken: rotates,
    adapter: store.adapter,
    jwks: { keys: [signingKey ?? (await newSigningKey())] },
    cookies: { keys: [store.cookieKey] },
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        client_name: 'Latchkey',
        token_endpoint_auth_method: 'client_secret_basic',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: client.redirectUris,
        post_logout_redirect_uris: client.postLogoutRedirectUris,
        ...(client.backchannelLogoutUri === undefined
          ? {}
          : { backchannel_logout_uri: client.backchannelLogoutUri, backchannel_logout_session_required: true }),
        require_auth_time: true,
      },
    ],
    interactions: { url: (_ctx, interaction) => `/interaction/${interaction.uid}`, policy: policyWithFactor() },
    findAccount(_ctx, sub) {
      const user = users.find(({ username }) => username === sub);
      if (!user) return undefined;
      const { name, email, groups } = user;
      const named = options.namesGroups === false ? {} : { groups };
      return { accountId: sub, claims: () => ({ sub, name, email, email_verified: true, ...named }) };
    },
    async renderError(ctx, out) {
      ctx.type = 'html';
      ctx.body = String(await messagePage('This can’t go on', out.error_description ?? out.error));
    },
  });
  provider.on('server_error', (_ctx, error) => log(`identity provider: ${error.stack ?? error.message}`));

  const login = getRequestListener(createLogin(provider, { users, unassigned: options.unassigned, asksConsent }).fetch);
  const openid = provider.callback();
  return {
    handler: (req, res) => (/^\/(interaction\/|idp\.css)/.test(req.url ?? '') ? login(req, res) : openid(req, res)),
    counts: count(provider),
    store,
    endSessionsOf: (username) => endSessionsOf(provider, store, username),
  };
}

async function endSessionsOf(provider: Provider, store: MemoryStore, username: string): Promise<number> {
  const ended = store.identifiers('Session').map(async (id) => {
    const session = await provider.Session.find(id);
    if (session?.accountId !== username) return false;
    for (const clientId of Object.keys(session.authorizations ?? {})) {
      const client = await provider.Client.find(clientId);
      const sid = session.sidFor(clientId);
      // Part of the library, but missing from its types.
      const told = client as unknown as { backchannelLogout(sub: string, sid: string): Promise<void> } | undefined;
      if (client?.backchannelLogoutUri && sid) await told?.backchannelLogout(username, sid);
    }
    await session.destroy();
    return true;
  });
  return (await Promise.all(ended)).filter(Boolean).length;
}

const policy: Configuration = {
  scopes: ['openid', 'offline_access'],
  acrValues: Object.values(acrValues),
  claims: { openid: ['sub', 'acr', 'amr'], profile: ['name'], email: ['email', 'email_verified'], groups: ['groups'] },
  // The ID token has all claims, also after a refresh, as with most providers.
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  // The library's own `fetch` refuses loopback addresses, where the demo runs.
  fetch: (url, options) => globalThis.fetch(url, { ...options, dispatcher: undefined } as RequestInit),
  expiresWithSession: async () => false,
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    revocation: { enabled: true, allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId },
    pushedAuthorizationRequests: { enabled: true },
    rpInitiatedLogout: {
      enabled: true,
      async logoutSource(ctx, form) {
        ctx.body = String(await logoutPage(form));
      },
      async postLogoutSuccessSource(ctx) {
        ctx.body = String(await messagePage('Signed out', 'You are signed out of Example Corp.'));
      },
    },
  },
};

/** The employer, who runs the provider, has consented for everyone. */
const consentOfEmployer: Configuration = {
  // The library drops offline_access without prompt=consent.
  issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
  async loadExistingGrant(ctx) {
    // Each authorization gets its own grant.
    const { client, session, provider } = ctx.oidc;
    const grant = new provider.Grant({ clientId: client?.clientId, accountId: session?.accountId });
    grant.addOIDCScope('openid profile email groups offline_access');
    await grant.save();
    return grant;
  },
};

const day = 86_400;
const lifetimes = {
  AccessToken: 60,
  AuthorizationCode: 60,
  IdToken: 300,
  Interaction: 600,
  RefreshToken: 14 * day,
  Session: 14 * day,
  Grant: 14 * day,
};

/** An identity provider's signing key. */
export async function newSigningKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair('RS256', { extractable: true });
  return { ...(await exportJWK(privateKey)), kid: randomBytes(8).toString('hex'), alg: 'RS256', use: 'sig' };
}

function count(provider: Provider): IdpCounts {
  const counts: IdpCounts = { logins: 0, rotations: 0, reuses: 0, revocations: 0 };
  provider.on('interaction.ended', (ctx) => {
    if (ctx.oidc.result?.login) counts.logins += 1;
  });
  provider.on('refresh_token.consumed', () => {
    counts.rotations += 1;
  });
  provider.on('grant.revoked', () => {
    counts.revocations += 1;
  });
  provider.on('grant.error', (_ctx, error) => {
    if (error.error_detail === 'refresh token already used') counts.reuses += 1;
  });
  return counts;
}
