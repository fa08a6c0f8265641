import type { Preset } from '../config/provider-presets.ts';
import type { UpstreamConfig } from '../config/types.ts';
import type { GrantClaims } from '../store/store.ts';

/** Who signed in and how, as the provider says it now. Groups are qualified: `upstream:group`. */
export interface Identity {
  issuer: string;
  /** The provider's `sub`. */
  idpSub: string;
  /** The provider's session (OpenID Connect Back-Channel Logout §2.1). */
  sid: string | undefined;
  /** `iat` of the ID token, epoch milliseconds: what a later logout is held against. */
  issuedAt: number;
  claims: GrantClaims;
}

export interface AuthorizationInput {
  redirectUri: string;
  state: string;
  nonce: string;
  codeChallenge: string;
  /** Whether a refresh token is wanted. */
  offline: boolean;
  prompt?: string | undefined;
  loginHint?: string | undefined;
  acrValues?: string | undefined;
  /** Seconds. */
  maxAge?: number | undefined;
}

export interface ExchangeInput {
  code: string;
  state: string;
  iss: string | undefined;
  codeVerifier: string;
  redirectUri: string;
  nonce: string;
  maxAge?: number | undefined;
}

export type RefreshOutcome =
  | { kind: 'refreshed'; refreshToken: string | undefined; claims: GrantClaims }
  /** `invalid_grant`: this grant is over. */
  | { kind: 'ended' }
  /** Another definite OAuth error, or another person's token. A new refresh token in it is kept. */
  | { kind: 'refused'; error: string; refreshToken?: string | undefined }
  /** The provider did it, but what it says of the person did not arrive or does not hold up. */
  | { kind: 'incomplete'; refreshToken: string | undefined }
  /** Nothing definite was heard. `delivered`: the provider may have acted on what we sent. */
  | { kind: 'unavailable'; delivered: boolean; retryAfterMs: number | undefined };

/** One identity provider, spoken to as a confidential client. */
export interface Upstream {
  readonly config: UpstreamConfig;
  readonly preset: Preset;
  /** How long one refresh may take, in milliseconds. */
  readonly refreshDeadlineMs: number;
  /** @throws {OAuthError} `temporarily_unavailable` where the provider cannot be reached */
  authorizationUrl(input: AuthorizationInput): Promise<{ url: string; issuer: string; issRequired: boolean }>;
  /** @throws {OAuthError} `access_denied`, `upstream_error` or `temporarily_unavailable` */
  exchange(input: ExchangeInput): Promise<{ identity: Identity; refreshToken: string | undefined }>;
  /**
   * Never throws: what happened is the answer.
   *
   * @param deadlineMs at most `refreshDeadlineMs`, which is the default
   */
  refresh(refreshToken: string, idpSub: string, deadlineMs?: number): Promise<RefreshOutcome>;
  /** RFC 7009, best effort: `false` where the provider has no such endpoint or did not answer. */
  revoke(refreshToken: string): Promise<boolean>;
  /** Where the person ends the provider's own session (RP-Initiated Logout §2), if the provider has it. */
  logoutUrl(): Promise<string | undefined>;
}
