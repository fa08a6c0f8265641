import { randomBytes } from 'node:crypto';
import { createFamilies } from '../families.ts';
import type { OktaUser } from '../model.ts';
import type { Dialect, DialectGrant, Sign } from './dialect.ts';

const host = 'https://acme.eu.auth0.com';
/** The claim of an Action, which has to have a name with a namespace. */
export const groupsClaim = 'https://acme.example/groups';

interface Auth0Options {
  now: () => number;
  /** "Rotation Overlap Period" in seconds: https://auth0.com/docs/secure/tokens/refresh-tokens/configure-refresh-token-rotation */
  overlapSeconds?: number;
  /** The API that `audience` asks for, with the permissions that a person has there. */
  api?: { audience: string; permissions: Record<string, string[]> };
  /** Logins of blocked users: https://auth0.com/docs/manage-users/user-accounts/block-and-unblock-users */
  blocked?: readonly string[];
}

/** A dialect like Auth0's, as its public documentation has it. */
export function auth0({ now, overlapSeconds = 0, api, blocked = [] }: Auth0Options) {
  const families = createFamilies({ now, leewayMs: overlapSeconds * 1_000 });
  // The issuer ends in a slash, in metadata and in tokens.
  // https://auth0.com/docs/get-started/applications/configure-applications-with-oidc-discovery
  const issuer = `${host}/`;

  const dialect = {
    issuer,
    metadata: { [`${host}/.well-known/openid-configuration`]: issuer },
    // https://auth0.com/docs/api/authentication
    endpoints: {
      authorization: `${host}/authorize`,
      token: `${host}/oauth/token`,
      userInfo: `${host}/userinfo`,
      keys: `${host}/.well-known/jwks.json`,
      revocation: `${host}/oauth/revoke`,
    },
    // https://auth0.com/docs/troubleshoot/basic-issues/authentication-issues
    refusesPerson: ({ login }: OktaUser) =>
      blocked.includes(login) ? { error: 'unauthorized', error_description: 'user is blocked' } : undefined,
    // https://auth0.com/docs/secure/tokens/refresh-tokens/get-refresh-tokens
    isOffline: (asked: URLSearchParams) => (asked.get('scope') ?? '').split(' ').includes('offline_access'),
    // A used token is taken again within the overlap period; after it, its use ends the family.
    // https://auth0.com/docs/secure/tokens/refresh-tokens/refresh-token-rotation#automatic-reuse-detection
    refreshTokens: {
      begin: (grant: DialectGrant) => families.begin(grant),
      use(token: string) {
        const used = families.use(token);
        return used && { grant: used.grant as DialectGrant, next: used.next };
      },
    },
    // `groups` is one of the names that an Action can't set: Auth0 drops it without an error.
    // https://auth0.com/docs/secure/tokens/json-web-tokens/create-custom-claims#general-restrictions
    idToken: ({ user }: DialectGrant) => ({ ...profileOf(user), [groupsClaim]: user.groups }),
    userInfo: profileOf,
    accessToken: ({ user, asked, scopes }: DialectGrant, sign: Sign) =>
      // Opaque, unless the request names an API: https://auth0.com/docs/secure/tokens/access-tokens
      api === undefined || asked.get('audience') !== api.audience
        ? randomBytes(32).toString('base64url')
        : sign(
            {
              sub: user.id,
              aud: [api.audience, `${host}/userinfo`],
              azp: asked.get('client_id'),
              scope: scopes.join(' '),
              // All that the person may do there, asked for or not: "Add Permissions in the Access Token".
              // https://auth0.com/docs/get-started/apis/enable-role-based-access-control-for-apis
              permissions: api.permissions[user.login] ?? [],
            },
            { typ: 'JWT' },
          ),
    errors: {
      client: () => Response.json({ error: 'access_denied', error_description: 'Unauthorized' }, { status: 401 }),
      // With status 403, where RFC 6749 §5.2 has 400.
      // https://auth0.com/docs/secure/tokens/refresh-tokens/refresh-token-rotation#automatic-reuse-detection
      grant: () =>
        Response.json(
          { error: 'invalid_grant', error_description: 'Unknown or invalid refresh token.' },
          { status: 403 },
        ),
    },
  } satisfies Dialect;
  return { ...dialect, families };
}

const profileOf = ({ id, login, name }: OktaUser) => ({ sub: `auth0|${id}`, name, email: login, email_verified: true });

/**
 * A rate limit, told in `X-RateLimit-*`, whose reset is in UTC epoch seconds.
 *
 * @see https://auth0.com/docs/troubleshoot/customer-support/operational-policies/rate-limit-policy#http-response-headers
 */
export const tooMany = (now: number, resetMs: number): Response =>
  Response.json(
    { error: 'too_many_requests', error_description: 'Global limit has been reached' },
    {
      status: 429,
      headers: {
        date: new Date(now).toUTCString(),
        'x-ratelimit-limit': '100',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(Math.ceil(resetMs / 1_000)),
      },
    },
  );
