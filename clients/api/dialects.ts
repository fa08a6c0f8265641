import { longestAcceptedToken } from '@latchkey/shared/resource-server/token-length.ts';

/** Signature algorithms that the verifier supports. */
export type Algorithm = 'ES256' | 'RS256';

type Payload = Readonly<Record<string, unknown>>;

/** How a provider's access tokens differ from RFC 9068. */
export interface Dialect {
  algorithms: readonly Algorithm[];
  /** Accepted `typ` headers in lower case, without `application/`; `''` means that the header is absent. */
  types: readonly string[];
  /** Claims that every token must have, under the provider's names. */
  required: readonly string[];
  /** Maximum length of a token, in characters. */
  maxLength: number;
  /** Where the key set's URL is published: `oauth` for RFC 8414 metadata, `openid` for OpenID Connect Discovery. */
  metadata: 'oauth' | 'openid';
  /** Whether the `clients` option is required, because the provider issues tokens to applications that must not call this API. */
  clientsRequired: boolean;
  /** Maps the provider's claims to those of RFC 9068 (`client_id`, `scope`, `groups`). The result overrides the token's claims. */
  read(payload: Payload): Payload;
  /** Tells access tokens from other JWTs, if the `typ` header doesn't. */
  isAccessToken?(payload: Payload): boolean;
}

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
const words = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : Array.isArray(value) ? texts(value).join(' ') : undefined;

const rfc9068: Dialect = {
  algorithms: ['ES256'],
  types: ['at+jwt'],
  required: ['iss', 'sub', 'aud', 'client_id', 'exp', 'iat', 'jti'],
  maxLength: longestAcceptedToken,
  metadata: 'oauth',
  clientsRequired: false,
  read: () => ({}),
};

const upstream: Dialect = {
  ...rfc9068,
  algorithms: ['RS256'],
  // Not `logout+jwt`, `dpop+jwt` or any other type with a purpose of its own.
  types: ['', 'jwt', 'at+jwt'],
  required: ['iss', 'sub', 'aud', 'exp', 'iat'],
  // Two hundred group ids don't fit in 8 kB.
  maxLength: 16_384,
  metadata: 'openid',
  clientsRequired: true,
};

/**
 * The built-in dialects, by provider. Pass a name as the verifier's `provider`, or an adapted copy.
 *
 * @see RFC 9068
 * @example
 * const provider = {
 *   ...dialects.auth0,
 *   read: (payload) => ({ ...dialects.auth0.read(payload), groups: payload['https://acme.example/groups'] }),
 * };
 * const verify = verifier({ issuer, audience, clients, provider });
 */
export const dialects = {
  /** Tokens of a Latchkey broker. */
  latchkey: rfc9068,

  /** Any other issuer of RFC 9068 tokens. */
  generic: {
    ...rfc9068,
    algorithms: ['ES256', 'RS256'],
    maxLength: upstream.maxLength,
    metadata: 'openid',
    clientsRequired: true,
  },

  /** A custom authorization server (`/oauth2/default`); access tokens of the org server are for Okta's own APIs only. */
  okta: {
    ...upstream,
    read: ({ cid, scp, groups }) => ({ client_id: cid, scope: words(scp), groups }),
  },

  /** v2 tokens have `azp`, v1 tokens `appid`. App roles count as groups. In tokens without a user (no `scp`), they are the application's scopes. */
  entra: {
    ...upstream,
    read: ({ azp, appid, scp, roles, groups }) => ({
      client_id: azp ?? appid,
      azp: undefined,
      scope: words(scp) ?? words(roles),
      groups: [...texts(groups), ...texts(roles)],
    }),
  },

  /** With "Add Permissions in the Access Token" enabled, `permissions` lists the user's scopes; otherwise `scope` does. */
  auth0: {
    ...upstream,
    read: ({ azp, client_id, scope, permissions }) => ({
      client_id: client_id ?? azp,
      azp: undefined,
      scope: Array.isArray(permissions) ? words(permissions) : scope,
    }),
  },

  /** The same key signs access and ID tokens; the payload's `typ` tells them apart. Realm roles count as groups. */
  keycloak: {
    ...upstream,
    algorithms: ['RS256', 'ES256'],
    read: ({ azp, client_id, groups, realm_access }) => ({
      client_id: azp ?? client_id,
      azp: undefined,
      groups: [...texts(groups), ...texts((realm_access as { roles?: unknown } | null | undefined)?.roles)],
    }),
    isAccessToken: ({ typ }) => typ === 'Bearer' || typ === 'DPoP',
  },
} satisfies Record<string, Dialect>;

export type ProviderName = keyof typeof dialects;
