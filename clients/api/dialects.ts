/** Signatures that can be accepted at all. */
export type Algorithm = 'ES256' | 'RS256';

type Payload = Readonly<Record<string, unknown>>;

/** How a provider writes its access tokens: what differs from RFC 9068, and nothing else. */
export interface Dialect {
  algorithms: readonly Algorithm[];
  /** Accepted `typ` headers in lower case, without `application/`; `''` stands for none. */
  types: readonly string[];
  /** Claims, as they are on the wire, without which a token is refused. */
  required: readonly string[];
  /** The longest token, in characters. */
  maxLength: number;
  /** Which document names the keys: `oauth-authorization-server` (RFC 8414), else OpenID Connect Discovery. */
  metadata: 'oauth' | 'openid';
  /** Whether `clients` has to be given: a provider's tokens for other applications are no tokens for this API. */
  clientsRequired: boolean;
  /** The provider's claims under the names of RFC 9068 (`client_id`, `scope`, `groups`), laid over its own. */
  read(payload: Payload): Payload;
  /** Whether it is an access token, where the header does not say so. */
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
  maxLength: 8_192,
  metadata: 'oauth',
  clientsRequired: false,
  read: () => ({}),
};

const upstream: Dialect = {
  ...rfc9068,
  algorithms: ['RS256'],
  // Never `logout+jwt`, `dpop+jwt` or another type that says what it is for.
  types: ['', 'jwt', 'at+jwt'],
  required: ['iss', 'sub', 'aud', 'exp', 'iat'],
  // Two hundred group ids do not fit into 8 kB.
  maxLength: 16_384,
  metadata: 'openid',
  clientsRequired: true,
};

/**
 * The dialects by name. One can be changed and passed as `provider`:
 * `{ ...dialects.auth0, read: (payload) => ({ ...dialects.auth0.read(payload), groups: payload['https://acme.example/groups'] }) }`.
 */
export const dialects = {
  /** Minted by the broker. */
  latchkey: rfc9068,

  /** Any other issuer of RFC 9068 tokens. */
  generic: {
    ...rfc9068,
    algorithms: ['ES256', 'RS256'],
    maxLength: upstream.maxLength,
    metadata: 'openid',
    clientsRequired: true,
  },

  /** A custom authorization server (`/oauth2/default`); the org server's access tokens are for Okta alone. */
  okta: {
    ...upstream,
    read: ({ cid, scp, groups }) => ({ client_id: cid, scope: words(scp), groups }),
  },

  /** v2 tokens have `azp`, v1 tokens `appid`. App roles count as groups; without a person (no `scp`) they are what the application may do. */
  entra: {
    ...upstream,
    read: ({ azp, appid, scp, roles, groups }) => ({
      client_id: azp ?? appid,
      azp: undefined,
      scope: words(scp) ?? words(roles),
      groups: [...texts(groups), ...texts(roles)],
    }),
  },

  /** With "Add Permissions in the Access Token" `permissions` lists what the person may do here; else `scope` does. */
  auth0: {
    ...upstream,
    read: ({ azp, client_id, scope, permissions }) => ({
      client_id: client_id ?? azp,
      azp: undefined,
      scope: Array.isArray(permissions) ? words(permissions) : scope,
    }),
  },

  /** `typ` in the payload tells an access token from an ID token, which the same key signs. Realm roles count as groups. */
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
