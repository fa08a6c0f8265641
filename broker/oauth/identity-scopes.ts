import type { ResourceConfig } from '../config/types.ts';
import type { GrantClaims } from '../store/store.ts';

/**
 * Scopes for claims about the person (OpenID Connect Core §5.4). They need no configuration, because they reveal no
 * more than the confirmation page shows. `offline_access` is accepted and echoed but has no effect: the client's
 * configuration sets how long a device session lasts (OpenID Connect Core §11 leaves this to the provider).
 */
const identityScopes = ['openid', 'profile', 'email', 'groups', 'offline_access'] as const;

const known: ReadonlySet<string> = new Set(identityScopes);

export const identityScopesSupported: readonly string[] = identityScopes;

export const isIdentityScope = (scope: string): boolean => known.has(scope);

/**
 * Returns the identity scopes of a request that have an effect. Some clients send `profile` and similar scopes without
 * `openid`; without `openid` there is neither an ID token nor UserInfo.
 */
export const identityScopesOf = (wanted: readonly string[]): string[] =>
  wanted.filter((scope) => (wanted.includes('openid') ? isIdentityScope(scope) : scope === 'offline_access'));

/** The audience of access tokens that UserInfo accepts. */
export const userInfoAudience = (issuer: string): string => `${issuer}/userinfo`;

/** The resource of a token without an API: UserInfo only. */
export const userInfoResource = (issuer: string): ResourceConfig => ({
  resource: userInfoAudience(issuer),
  name: 'Your account',
  scopes: {},
  lifetimeMs: 300_000,
  freshMs: 900_000,
  dpop: 'optional',
  urls: [],
  groups: { carry: 'named', named: [] },
  tokenAlg: 'ES256',
});

/**
 * Returns the claims about the person that these scopes grant (OpenID Connect Core §5.4), for both ID tokens and
 * UserInfo.
 */
export function personClaims(
  { name, preferred_username, email, email_verified, groups }: GrantClaims,
  scopes: readonly string[],
) {
  return {
    ...(scopes.includes('profile') && name !== undefined ? { name } : {}),
    ...(scopes.includes('profile') && preferred_username !== undefined ? { preferred_username } : {}),
    ...(scopes.includes('email') && email !== undefined ? { email } : {}),
    ...(scopes.includes('email') && email_verified !== undefined ? { email_verified } : {}),
    ...(scopes.includes('groups') ? { groups } : {}),
  };
}

const identityFacts = ['openid', 'profile', 'email', 'groups'] as const;

/** A fact about the person that a client may receive. The pages have a text for each. */
export type IdentityFact = (typeof identityFacts)[number];

export const identityFactsOf = (scopes: readonly string[]): IdentityFact[] =>
  identityFacts.filter((fact) => scopes.includes(fact));
