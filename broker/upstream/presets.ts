/** What providers do differently, as facts: each was read in the provider's documentation or measured. */
export interface Preset {
  /** Added to the authorization request when a lasting grant (a refresh token) is wanted. */
  offlineParams: Readonly<Record<string, string>>;
  /** Whether `offline_access` is a scope that this provider knows. */
  offlineScope: boolean;
  /** Whether a used refresh token is replaced by a new one. `unknown`: assume that it is, the careful side. */
  rotates: 'yes' | 'no' | 'unknown';
  /** Whether revoking a refresh token (RFC 7009) ends that token alone, and not the person's other grants. */
  revocationIsNarrow: boolean;
}

const usual: Preset = { offlineParams: {}, offlineScope: true, rotates: 'unknown', revocationIsNarrow: false };

const presets = {
  generic: usual,
  okta: { ...usual, rotates: 'yes', revocationIsNarrow: true },
  auth0: { ...usual, revocationIsNarrow: true },
  // Entra has no revocation endpoint; a refresh token stays valid after use.
  entra: { ...usual, rotates: 'no' },
  keycloak: usual,
  // Google has no offline_access scope, gives a refresh token only with these two, and revokes per person and client.
  google: {
    ...usual,
    offlineParams: { access_type: 'offline', prompt: 'consent' },
    offlineScope: false,
    rotates: 'no',
  },
  // Drops offline_access unless consent is asked for (OpenID Connect Core §11).
  'oidc-provider': { ...usual, offlineParams: { prompt: 'consent' }, rotates: 'yes' },
} satisfies Record<string, Preset>;

export type PresetName = keyof typeof presets;

export const presetNames = Object.keys(presets) as PresetName[];

export const presetOf = (name: string): Preset => presets[name as PresetName] ?? usual;
