import { randomBytes, randomUUID } from 'node:crypto';
import type { OktaUser } from '../model.ts';
import type { Dialect, DialectGrant } from './dialect.ts';

export const tenant = '00001111-aaaa-2222-bbbb-3333cccc4444';
const host = 'https://login.microsoftonline.com';

/** Groups in a JWT, at most: https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference#groups-overage-claim */
const mostGroups = 200;

interface EntraOptions {
  /** Of its endpoints and tokens: https://learn.microsoft.com/entra/identity-platform/access-tokens#token-formats */
  version?: 1 | 2;
  /** App roles by login: https://learn.microsoft.com/entra/identity-platform/howto-add-app-roles-in-apps */
  roles?: Record<string, string[]>;
}

/** A dialect like Microsoft Entra ID's, as its public documentation has it. */
export function entra({ version = 2, roles = {} }: EntraOptions = {}) {
  // v1 and v2 have an issuer each, and v1's is on another host than its metadata, with a slash at its end.
  // https://learn.microsoft.com/entra/identity-platform/access-tokens#token-formats
  const issuers = { 1: `https://sts.windows.net/${tenant}/`, 2: `${host}/${tenant}/v2.0` };
  const path = version === 1 ? 'oauth2' : 'oauth2/v2.0';
  const { refreshTokens, endAll } = keptTokens();

  const dialect = {
    issuer: issuers[version],
    metadata: {
      [`${host}/${tenant}/.well-known/openid-configuration`]: issuers[1],
      [`${host}/${tenant}/v2.0/.well-known/openid-configuration`]: issuers[2],
      // For many tenants, the document names a template.
      // https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#find-your-apps-openid-configuration-document-uri
      [`${host}/common/v2.0/.well-known/openid-configuration`]: `${host}/{tenantid}/v2.0`,
    },
    endpoints: {
      authorization: `${host}/${tenant}/${path}/authorize`,
      token: `${host}/${tenant}/${path}/token`,
      keys: `${host}/${tenant}/discovery/v2.0/keys`,
      // UserInfo is Graph's, and names no groups: https://learn.microsoft.com/entra/identity-platform/userinfo
      userInfo: 'https://graph.microsoft.com/oidc/userinfo',
      // There is no revocation endpoint: https://learn.microsoft.com/entra/identity-platform/refresh-tokens#token-revocation
    },
    // https://learn.microsoft.com/entra/identity-platform/scopes-oidc#the-offline_access-scope
    isOffline: (asked) => (asked.get('scope') ?? '').split(' ').includes('offline_access'),
    refreshTokens,
    idToken: ({ user }) => ({
      sub: user.id,
      ver: `${version}.0`,
      oid: randomUUID(),
      tid: tenant,
      name: user.name,
      // v2 has preferred_username, v1 has upn: https://learn.microsoft.com/entra/identity-platform/optional-claims-reference
      ...(version === 1 ? { upn: user.login, unique_name: user.login } : { preferred_username: user.login }),
      ...groupClaims(user),
      ...(roles[user.login] ? { roles: roles[user.login] } : {}),
    }),
    userInfo: (user) => ({ sub: user.id, name: user.name, email: user.login }),
    // A token for Graph can't be read by anyone else.
    // https://learn.microsoft.com/entra/identity-platform/access-tokens#validate-tokens
    accessToken: () => randomBytes(32).toString('base64url'),
    errors: {
      client: () => entraError(401, 'invalid_client', 7000215, 'Invalid client secret provided.'),
      grant: () => entraError(400, 'invalid_grant', 70000, 'The provided grant has expired or is invalid.'),
    },
  } satisfies Dialect;
  return { ...dialect, endAll };
}

/**
 * An error of the token endpoint, with the members that Entra adds.
 *
 * @param aadsts https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
export function entraError(status: number, error: string, aadsts: number, text: string, more: object = {}): Response {
  const [trace_id, correlation_id] = [randomUUID(), randomUUID()];
  const timestamp = '2030-01-09 02:02:12Z';
  const error_description = `AADSTS${aadsts}: ${text}\r\nTrace ID: ${trace_id}\r\nCorrelation ID: ${correlation_id}\r\nTimestamp: ${timestamp}`;
  const body = { error, error_description, error_codes: [aadsts], timestamp, trace_id, correlation_id, ...more };
  return Response.json(body, { status });
}

/**
 * Conditional Access asks for a second factor, in the words of a grant that is over. `claims` is what the new sign-in has
 * to satisfy: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-on-behalf-of-flow#error-response-example
 */
export const needsFactor = (): Response =>
  entraError(
    400,
    'invalid_grant',
    50076,
    "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '00000003-0000-0000-c000-000000000000'.",
    { suberror: 'basic_action', claims: '{"access_token":{"capolids":{"essential":true,"values":["1"]}}}' },
  );

/** https://learn.microsoft.com/entra/identity-platform/reference-error-codes: InvalidClientSecretExpiredKeysProvided */
export const secretExpired = (): Response =>
  entraError(401, 'invalid_client', 7000222, "The provided client secret keys for app 'latchkey' are expired.");

/** https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference#groups-overage-claim */
function groupClaims({ id, groups }: OktaUser): Record<string, unknown> {
  if (groups.length <= mostGroups) return groups.length > 0 ? { groups } : {};
  const endpoint = `https://graph.microsoft.com/v1.0/users/${id}/getMemberObjects`;
  return { _claim_names: { groups: 'src1' }, _claim_sources: { src1: { endpoint } } };
}

/** Each use returns a new token, and the old one stays valid: https://learn.microsoft.com/entra/identity-platform/refresh-tokens */
function keptTokens() {
  const grants = new Map<string, DialectGrant>();
  const begin = (grant: DialectGrant): string => {
    const token = `1.${randomBytes(48).toString('base64url')}`;
    grants.set(token, grant);
    return token;
  };
  const use = (token: string) => {
    const grant = grants.get(token);
    return grant && { grant, next: begin(grant) };
  };
  return { refreshTokens: { begin, use }, endAll: () => grants.clear() };
}
