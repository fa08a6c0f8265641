export interface OktaUser {
  /** `00u…`: `sub` of ID tokens, `uid` of access tokens. */
  id: string;
  /** `sub` of access tokens. */
  login: string;
  password: string;
  name: string;
  groups: string[];
}

export interface OktaOptions {
  /** `http://127.0.0.1:N`: the org's URL, without `/oauth2/default`. */
  org: string;
  client: { id: string; secret: string; redirectUris: string[] };
  users: readonly OktaUser[];
  now: () => number;
  /** The path of the authorization server: `/oauth2/<id>` of a custom one, `` of the org's. Default: `/oauth2/default`. */
  server?: string | undefined;
  /**
   * Whether claims are "Userinfo/id_token request", as by default, and not "Always": with an access token, the ID token lacks them.
   *
   * @see https://help.okta.com/en-us/Content/topics/security/api-config-claims.htm
   */
  claimsOnRequest?: boolean | undefined;
  /** How long a rotated refresh token is taken again, 0 to 60 s; default 30 s. */
  leewaySeconds?: number;
  /** "Require Demonstrating Proof of Possession (DPoP) header in token requests": https://developer.okta.com/docs/guides/dpop/ */
  dpop?: boolean;
  /** The scopes that the authorization server has; it refuses others. Default: it takes any. */
  knownScopes?: readonly string[] | undefined;
  /** Whether nobody is assigned to the application: https://support.okta.com/help/s/article/user-is-not-assigned-to-the-client-application */
  refusesEveryone?: boolean | undefined;
}

/** What a person who has signed in granted to the application. */
export interface Grant {
  user: OktaUser;
  scopes: string[];
  authTime: number;
}
