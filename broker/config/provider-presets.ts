/**
 * What providers do differently, as facts: each was read in the provider's public documentation, which is named, or
 * measured. docs/providers/ has a page for each.
 */
export interface Preset {
  /** Added to the authorization request when a lasting grant (a refresh token) is wanted. */
  offlineParams: Readonly<Record<string, string>>;
  /** Whether `offline_access` is a scope that this provider knows. */
  offlineScope: boolean;
  /** What `prompt` asks a person to show anew who they are. */
  signInPrompt: 'login' | 'select_account';
  /** What `prompt` lets a person choose another account; `select_account` everywhere where the metadata lists it. */
  accountPrompt: 'login' | 'select_account';
  /** Whether a sign-in with `prompt=none` can bring a lasting grant too. */
  silentGrant: boolean;
  /** Whether a used refresh token is replaced by a new one. `unknown`: assume that it is, the careful side. */
  rotates: 'yes' | 'no' | 'unknown';
  /** Whether revoking a refresh token (RFC 7009) ends that token alone, and not the person's other grants. */
  revocationIsNarrow: boolean;
}

const usual: Preset = {
  offlineParams: {},
  offlineScope: true,
  signInPrompt: 'login',
  accountPrompt: 'login',
  silentGrant: true,
  rotates: 'unknown',
  revocationIsNarrow: false,
};

const presets = {
  generic: usual,

  // Rotation is a setting of the application ("Rotate token after every use" or "Use persistent token"), with a leeway
  // of 0 to 60 s, 30 by default; reuse after it ends what was issued since the sign-in. Revoking a refresh token
  // revokes the access token that came with it, and no other grant.
  // https://developer.okta.com/docs/guides/refresh-tokens/main/
  // https://developer.okta.com/docs/guides/revoke-tokens/main/
  okta: { ...usual, revocationIsNarrow: true },

  // Rotation is a setting of the application, with an overlap period of 0 s by default. In tenants from before 2021, and
  // wherever "Refresh Token Revocation Deletes Grant" is on, revoking one token ends all of the same person, application
  // and audience: so it counts as wide.
  // https://auth0.com/docs/secure/tokens/refresh-tokens/configure-refresh-token-rotation
  // https://auth0.com/docs/secure/tokens/refresh-tokens/revoke-refresh-tokens
  auth0: usual,

  // Each use brings a new refresh token, and the old one stays valid. There is no revocation endpoint. Knows select_account.
  // https://learn.microsoft.com/entra/identity-platform/refresh-tokens
  // https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow
  entra: { ...usual, accountPrompt: 'select_account', rotates: 'no' },

  // Rotation is a setting of the realm ("Revoke Refresh Token"), off by default, with a number of reuses and no time.
  // Revoking a refresh token ends the client's session of that person.
  // https://www.keycloak.org/docs/latest/server_admin/#_timeouts
  keycloak: usual,

  // Has no offline_access scope, gives a refresh token only with these two, doesn't rotate, and revokes per person and client.
  // Of prompts it knows none, consent and select_account: the nearest to a new sign-in is to choose the account. After the first
  // time a refresh token takes prompt=consent, so prompt=none brings none.
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

  // Drops offline_access unless consent is asked for (OpenID Connect Core §11).
  'oidc-provider': { ...usual, offlineParams: { prompt: 'consent' }, silentGrant: false, rotates: 'yes' },
} satisfies Record<string, Preset>;

export type PresetName = keyof typeof presets;

export const presetNames = Object.keys(presets) as PresetName[];

export const presetOf = (name: string): Preset => presets[name as PresetName] ?? usual;
