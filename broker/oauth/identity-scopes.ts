import type { ResourceConfig } from '../config/types.ts';
import type { GrantClaims } from '../store/store.ts';

/**
 * What a client may ask about the person themselves (OpenID Connect Core §5.4). Nobody has to list these: they
 * tell no more than the confirmation page does. `offline_access` is taken and echoed, and changes nothing: a
 * device's session lasts as long as its client's configuration says (§11 leaves that to us).
 */
const identityScopes = ['openid', 'profile', 'email', 'groups', 'offline_access'] as const;

const known: ReadonlySet<string> = new Set(identityScopes);

export const identityScopesSupported: readonly string[] = identityScopes;

export const isIdentityScope = (scope: string): boolean => known.has(scope);

/**
 * The identity scopes of a request that mean something. `profile` and its like come uninvited from clients
 * that did not ask for `openid`; without it there is neither an ID token nor UserInfo.
 */
export const identityScopesOf = (wanted: readonly string[]): string[] =>
  wanted.filter((scope) => (wanted.includes('openid') ? isIdentityScope(scope) : scope === 'offline_access'));

/** Audience of access tokens that UserInfo accepts. */
export const userInfoAudience = (issuer: string): string => `${issuer}/userinfo`;

/** What a token without an API is for: UserInfo alone. */
export const userInfoResource = (issuer: string): ResourceConfig => ({
  resource: userInfoAudience(issuer),
  name: 'Your account',
  scopes: {},
  lifetimeMs: 300_000,
  freshMs: 900_000,
  dpop: 'off',
  urls: [],
});

/** The person's claims that these scopes open (OpenID Connect Core §5.4), for ID tokens and UserInfo alike. */
export function personClaims({ name, email, groups }: GrantClaims, scopes: readonly string[]) {
  return {
    ...(scopes.includes('profile') && name !== undefined ? { name } : {}),
    ...(scopes.includes('email') && email !== undefined ? { email } : {}),
    ...(scopes.includes('groups') ? { groups } : {}),
  };
}

const identityFacts = ['openid', 'profile', 'email', 'groups'] as const;

/** What a client may know of the person: each has its words on the pages. */
export type IdentityFact = (typeof identityFacts)[number];

export const identityFactsOf = (scopes: readonly string[]): IdentityFact[] =>
  identityFacts.filter((fact) => scopes.includes(fact));
