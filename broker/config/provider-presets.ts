/**
 * Differences between providers. Each fact comes from the provider's public documentation, linked below, or from
 * measurement. docs/providers/ has a page for each provider.
 */
export interface Preset {
  /** Parameters added to the authorization request to get a refresh token. */
  offlineParams: Readonly<Record<string, string>>;
  /** The claim that names the account in `login_hint`, if the provider sends no `login_hint` claim. */
  loginHint: 'email' | 'preferred_username';
  /** Whether `offline_access` is among the scopes of a request that wants a refresh token. `device`: not if it is for a browser. */
  offlineScope: boolean | 'device';
  /** Whether no refresh token comes without that scope. */
  needsOfflineScope: boolean;
  /** Whether its page in docs/providers/ has the scope `groups`. Others put groups into tokens without one. */
  groupsScope: boolean;
  /** `prompt` value that makes the person sign in again. */
  signInPrompt: 'login' | 'select_account';
  /** `prompt` value that offers account selection. If the metadata lists `select_account`, that is used instead. */
  accountPrompt: 'login' | 'select_account';
  /** Whether a sign-in with `prompt=none` can return a refresh token. */
  silentGrant: boolean;
  /**
   * Whether the provider rotates refresh tokens: a refresh makes the old one worthless. `probably` and `unknown` are
   * learned from its answers. Until then, `probably` counts as rotating, and `unknown` does if there is a leeway.
   */
  rotates: 'yes' | 'no' | 'probably' | 'unknown';
  /** Whether a different refresh token in an answer shows that the old one is now worthless. */
  newTokenReplacesOld: boolean;
  /** `refresh_leeway` if the configuration has none, in milliseconds. */
  leewayMs: number;
  /** Token endpoint error codes that end a grant, besides `invalid_grant`. */
  grantEndedErrors: readonly string[];
  /** Whether revoking a refresh token (RFC 7009) leaves the person's other grants intact. */
  revocationIsNarrow: boolean;
}

const usual: Preset = {
  offlineParams: {},
  loginHint: 'email',
  offlineScope: true,
  needsOfflineScope: false,
  groupsScope: false,
  signInPrompt: 'login',
  accountPrompt: 'login',
  silentGrant: true,
  rotates: 'unknown',
  newTokenReplacesOld: true,
  leewayMs: 0,
  grantEndedErrors: [],
  revocationIsNarrow: false,
};

const presets = {
  generic: usual,

  // Rotation is an application setting ("Rotate token after every use" or "Use persistent token"), with a leeway of
  // 0 to 60 s (default 30 s). Reuse after the leeway revokes everything issued since the sign-in. Revoking a refresh
  // token also revokes its access token, but no other grant.
  // https://developer.okta.com/docs/guides/refresh-tokens/main/
  // https://developer.okta.com/docs/guides/revoke-tokens/main/
  okta: {
    ...usual,
    needsOfflineScope: true,
    groupsScope: true,
    rotates: 'probably',
    leewayMs: 30_000,
    revocationIsNarrow: true,
  },

  // Rotation is an application setting, with an overlap period of 0 s by default. In tenants created before 2021, and
  // wherever "Refresh Token Revocation Deletes Grant" is on, revoking one token revokes all tokens of the same person,
  // application, and audience. Revocation is therefore treated as wide.
  // https://auth0.com/docs/secure/tokens/refresh-tokens/configure-refresh-token-rotation
  // https://auth0.com/docs/secure/tokens/refresh-tokens/revoke-refresh-tokens
  auth0: { ...usual, needsOfflineScope: true, rotates: 'probably' },

  // Each use returns a new refresh token, and the old one stays valid. Has no revocation endpoint. Supports
  // select_account. interaction_required and consent_required at the token endpoint mean that the person must sign in.
  // login_hint is the optional claim login_hint or the user principal name, which the email address need not be.
  // https://learn.microsoft.com/entra/identity-platform/optional-claims-reference
  // https://learn.microsoft.com/entra/identity-platform/refresh-tokens
  // https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
  entra: {
    ...usual,
    needsOfflineScope: true,
    accountPrompt: 'select_account',
    loginHint: 'preferred_username',
    rotates: 'no',
    grantEndedErrors: ['interaction_required', 'consent_required'],
  },

  // Rotation is a realm setting ("Revoke Refresh Token"), off by default. Each use returns a new token in either case.
  // With rotation, using a token too often ends the person's session with the client, and so does revoking one.
  // https://www.keycloak.org/docs/latest/server_admin/#_timeouts
  // https://github.com/keycloak/keycloak/pull/8130
  // Issues refresh tokens without offline_access, too. If a person's first request has that scope, it ends their session in
  // the browser: no single sign-on, and no back-channel logout. So only devices ask for it.
  // https://www.keycloak.org/docs/latest/upgrading/#migrating-to-26-1-0
  keycloak: { ...usual, offlineScope: 'device', newTokenReplacesOld: false },

  // Rotates always. Accepts a used token again for rotation_grace_period, 0 s by default. Revoking a refresh token ends what
  // came from the same authorization request.
  // https://www.ory.sh/docs/oauth2-oidc/refresh-token-grant
  hydra: { ...usual, needsOfflineScope: true, rotates: 'yes', revocationIsNarrow: true },

  // Has no offline_access scope, issues a refresh token only with these two parameters, does not rotate, and revokes per
  // person and client. Supports the prompts none, consent, and select_account; select_account is the closest to a new
  // sign-in. After the first sign-in, a refresh token requires prompt=consent, so prompt=none returns none.
  // https://developers.google.com/identity/protocols/oauth2/web-server
  google: {
    ...usual,
    offlineParams: { access_type: 'offline', prompt: 'consent' },
    offlineScope: false,
    signInPrompt: 'select_account',
    accountPrompt: 'select_account',
    silentGrant: false,
    rotates: 'no',
  },

  // Ignores offline_access unless the request has prompt=consent (OpenID Connect Core §11).
  'oidc-provider': {
    ...usual,
    offlineParams: { prompt: 'consent' },
    needsOfflineScope: true,
    silentGrant: false,
    rotates: 'yes',
  },
} satisfies Record<string, Preset>;

export type PresetName = keyof typeof presets;

export const presetNames = Object.keys(presets) as PresetName[];

export const presetOf = (name: string): Preset => presets[name as PresetName] ?? usual;
