import type { Preset } from '../config/provider-presets.ts';
import type { UpstreamConfig } from '../config/types.ts';
import type { GrantClaims } from '../store/store.ts';

/** The person and sign-in details, as reported by the provider. Groups are qualified: `upstream:group`. */
export interface Identity {
  issuer: string;
  /** The provider's `sub`. */
  idpSub: string;
  /** The provider's session id (OpenID Connect Back-Channel Logout §2.1). */
  sid: string | undefined;
  /** `iat` of the ID token, in epoch milliseconds. Later logouts are compared with it. */
  issuedAt: number;
  claims: GrantClaims;
}

/**
 * Ties one sign-in to one provider. The broker draws it for each authorization request and keeps it in its transaction,
 * so a code is worthless in any other sign-in, whoever has seen the request or the code (RFC 9700 §4.4, §4.5).
 */
export interface ProviderBinding {
  /** The provider's issuer when the sign-in began. */
  issuer: string;
  /** Comes back in the ID token (OpenID Connect Core §3.1.2.1). */
  nonce: string;
  /** RFC 7636 §4.1. */
  codeVerifier: string;
}

/** What a refresh token is for: a person's browser, or a device that stays signed in without one. `false`: for nothing. */
export type Offline = false | 'browser' | 'device';

export interface AuthorizationInput {
  redirectUri: string;
  state: string;
  /** What to request a refresh token for, if for anything. */
  offline: Offline;
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
  redirectUri: string;
  /** From {@link Upstream.authorizationUrl}. */
  binding: ProviderBinding;
  maxAge?: number | undefined;
}

/** A definite answer that accepts neither a request nor this broker as its client. It says nothing about a grant. */
export interface Refusal {
  /** The OAuth error code, or `http_<status>` if the answer has none. */
  error: string;
  status: number;
  /** The provider's `error_description`. */
  description: string | undefined;
}

export type RefreshOutcome =
  | { kind: 'refreshed'; refreshToken: string | undefined; claims: GrantClaims }
  /** `invalid_grant`, or a code that the preset names: the grant is no longer valid. */
  | { kind: 'ended'; error: string; description?: string | undefined }
  /** The provider refuses this broker, not this person. The grant is as it was. */
  | { kind: 'refused'; refusal: Refusal }
  /** The refresh succeeded, but the claims about the person are missing or failed validation. */
  | { kind: 'incomplete'; refreshToken: string | undefined; cause: string }
  | ({ kind: 'unavailable'; cause: string; reason?: string | undefined } & NoAnswer);

/** No conclusive answer. */
export interface NoAnswer {
  /** Whether the provider may have processed the request. */
  delivered: boolean;
  /** Whether other sessions would fare the same. */
  affects: 'provider' | 'session';
  /** Absent if nothing came. */
  status: number | undefined;
  retryAfterMs: number | undefined;
}

/** An identity provider, used as a confidential client. */
export interface Upstream {
  readonly config: UpstreamConfig;
  readonly preset: Preset;
  /** Timeout of one refresh, in milliseconds. */
  readonly refreshDeadlineMs: number;
  /** @throws {OAuthError} `temporarily_unavailable` if the provider is unreachable */
  authorizationUrl(input: AuthorizationInput): Promise<{ url: string; issRequired: boolean; binding: ProviderBinding }>;
  /**
   * @throws {OAuthError} `access_denied`, `upstream_error` or `temporarily_unavailable`; `invalid_transaction` if the
   *   issuer is not the one that the sign-in began with. Then the code is sent nowhere
   */
  exchange(input: ExchangeInput): Promise<{ identity: Identity; refreshToken: string | undefined }>;
  /**
   * Refreshes the grant. Never throws; failures are part of the result.
   *
   * @param deadlineMs at most `refreshDeadlineMs`, which is the default
   */
  refresh(refreshToken: string, idpSub: string, deadlineMs?: number): Promise<RefreshOutcome>;
  /**
   * Revokes the refresh token (RFC 7009), best effort.
   *
   * @returns false if the provider has no revocation endpoint or the request failed
   */
  revoke(refreshToken: string): Promise<boolean>;
  /** URL that ends the provider's own session (RP-Initiated Logout §2), if the provider supports it. */
  logoutUrl(): Promise<string | undefined>;
}
