import { randomBytes } from 'node:crypto';
import type { OktaUser } from '../model.ts';
import type { Dialect, DialectGrant } from './dialect.ts';

const knownPrompts = new Set(['none', 'consent', 'select_account']);
const knownScopes = new Set(['openid', 'email', 'profile']);

/** A dialect like Google's, as its public documentation has it. */
export function google() {
  const grants = new Map<string, DialectGrant>();

  const dialect = {
    issuer: 'https://accounts.google.com',
    metadata: { 'https://accounts.google.com/.well-known/openid-configuration': 'https://accounts.google.com' },
    // Its endpoints are on four hosts: https://developers.google.com/identity/openid-connect/openid-connect#discovery
    endpoints: {
      authorization: 'https://accounts.google.com/o/oauth2/v2/auth',
      token: 'https://oauth2.googleapis.com/token',
      userInfo: 'https://openidconnect.googleapis.com/v1/userinfo',
      keys: 'https://www.googleapis.com/oauth2/v3/certs',
      revocation: 'https://oauth2.googleapis.com/revoke',
    },
    // The person sees an error page, and the application hears nothing.
    // https://developers.google.com/identity/protocols/oauth2/web-server#authorization-errors
    refusesRequest(asked: URLSearchParams) {
      const values = (name: string) => (asked.get(name) ?? '').split(' ').filter((value) => value !== '');
      // There are no scopes for groups or for offline access: https://developers.google.com/identity/protocols/oauth2/scopes
      if (values('scope').some((scope) => !knownScopes.has(scope))) return 'Error 400: invalid_scope';
      // There is no `login`: https://developers.google.com/identity/openid-connect/openid-connect#prompt
      if (values('prompt').some((prompt) => !knownPrompts.has(prompt))) return 'Error 400: invalid_request';
      return undefined;
    },
    // A refresh token comes with access_type=offline, and after the first sign-in with prompt=consent only.
    // https://developers.google.com/identity/protocols/oauth2/web-server#offline
    isOffline: (asked: URLSearchParams) =>
      asked.get('access_type') === 'offline' && (asked.get('prompt') ?? '').split(' ').includes('consent'),
    refreshTokens: {
      begin(grant: DialectGrant) {
        const token = `1//${randomBytes(48).toString('base64url')}`;
        grants.set(token, grant);
        return token;
      },
      // The answer has no refresh token: the old one stays.
      // https://developers.google.com/identity/protocols/oauth2/web-server#offline
      use(token: string) {
        const grant = grants.get(token);
        return grant && { grant, next: undefined };
      },
    },
    // No groups, and no acr or amr: https://developers.google.com/identity/openid-connect/openid-connect#an-id-tokens-payload
    idToken: ({ user, asked }: DialectGrant) => ({ azp: asked.get('client_id'), ...profileOf(user) }),
    userInfo: profileOf,
    // For Google's APIs only: https://developers.google.com/identity/protocols/oauth2#size
    accessToken: () => `ya29.${randomBytes(48).toString('base64url')}`,
    errors: {
      client: () =>
        Response.json(
          { error: 'invalid_client', error_description: 'The provided client secret is invalid.' },
          { status: 401 },
        ),
      // https://developers.google.com/identity/protocols/oauth2#expiration
      grant: () =>
        Response.json(
          { error: 'invalid_grant', error_description: 'Token has been expired or revoked.' },
          { status: 400 },
        ),
    },
  } satisfies Dialect;
  return { ...dialect, endAll: () => grants.clear() };
}

/**
 * `hd` is the Workspace domain of the account. Other accounts have none. The parameter of the same name only shapes the
 * account chooser: https://developers.google.com/identity/openid-connect/openid-connect#hd-param
 */
function profileOf({ id, login, name }: OktaUser): Record<string, unknown> {
  const domain = login.slice(login.lastIndexOf('@') + 1);
  return {
    sub: id,
    name,
    email: login,
    email_verified: true,
    ...(domain === 'gmail.com' ? {} : { hd: domain }),
  };
}
