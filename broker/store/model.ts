/**
 * What the store keeps. All times are milliseconds since the epoch. Ids are hashes of what their holder
 * presents, and sealed values can only be opened with a secret that the store has never seen; both are
 * base64url.
 */

/** A person, under the broker's own name: one for each (issuer, idpSub). */
export interface Person {
  /** The broker's own subject: stable, opaque, in everything the broker issues. */
  sub: string;
  issuer: string;
  /** The provider's subject. */
  idpSub: string;
  /** The provider's name in the configuration, as of the last sign-in. */
  upstream: string;
  name?: string | undefined;
  email?: string | undefined;
}

/** What the provider last said about the person, by the refreshed ID token or UserInfo. */
export interface GrantClaims {
  groups: string[];
  /** NumericDate. */
  auth_time?: number | undefined;
  acr?: string | undefined;
  amr?: string[] | undefined;
  name?: string | undefined;
  email?: string | undefined;
}

/**
 * - `active`: tokens may be minted.
 * - `recheck`: a hint came; nothing is minted until a refresh at the provider has succeeded.
 * - `reauth_required`: the provider's grant is gone; the person has to sign in again.
 * - `ended`: for good, and nothing sealed is left.
 */
export type SessionState = 'active' | 'recheck' | 'reauth_required' | 'ended';

/** A state that a session can leave. */
export type UnendedState = Exclude<SessionState, 'ended'>;

/** A grant of the provider and the state of its refresh: what browser and device sessions have in common. */
export interface UpstreamGrant {
  sub: string;
  upstream: string;
  issuer: string;
  /** The provider's session id, if it has one. */
  sid?: string | undefined;
  /** `iat` of the ID token that the grant began with, by the provider's clock: what a tombstone is compared with. */
  issuedAt: number;
  state: SessionState;
  endReason?: string | undefined;
  endedAt?: number | undefined;
  /** Absent where the provider gave no refresh token, and after the end. */
  sealedRefresh?: string | undefined;
  /** The key of the ring that `sealedRefresh` needs besides the holder's secret. */
  ringKid?: string | undefined;
  claims: GrantClaims;
  /** Counts every change of `sealedRefresh`; who writes one names the version that it read. */
  version: number;
  /** When the provider last vouched for `claims`. */
  refreshedAt: number;
  /** End of the lease under which somebody refreshes, by the database's clock. */
  refreshingUntil?: number | undefined;
  /** When the present refresh token was first sent, by the database's clock; absent when it was not, or the answer is known. */
  refreshFirstSentAt?: number | undefined;
  /** Definite failures since the last success. */
  refreshFailures: number;
  /** The last of them, as an error code. */
  refreshFailure?: string | undefined;
  /** Counts the hints that asked for a recheck: a refresh answers those that came before it began, and no others. */
  rechecks: number;
  createdAt: number;
  absoluteExpiresAt: number;
  /** By its holder; not finer than a minute for a browser's, nor than its refreshes for a device's. */
  lastUsedAt?: number | undefined;
  /** The address that it was used from then. */
  lastUsedFrom?: string | undefined;
}

/** When and from where a session was used. */
export interface Use {
  at: number;
  from: string | undefined;
}

/** Set by the store: a new session is active, at version 1, and nobody refreshes it. */
type SetByStore =
  | 'state'
  | 'endReason'
  | 'endedAt'
  | 'version'
  | 'refreshingUntil'
  | 'refreshFirstSentAt'
  | 'refreshFailures'
  | 'refreshFailure'
  | 'rechecks';

/** A browser's session. */
export interface Session extends UpstreamGrant {
  /** Hash of the id in the cookie. */
  id: string;
  /** RFC 7638 thumbprint of the key that the session is bound to. */
  jkt: string;
  /** Verifies the secret in the cookie. */
  secretCheck: string;
  idleExpiresAt: number;
  /** Id of the session that this one replaces once it is used. */
  predecessor?: string | undefined;
  userAgent?: string | undefined;
}

export type NewSession = Omit<Session, SetByStore>;

/** Somebody who has signed in to people's pages (`/account`, `/device`), for some minutes. */
export interface PageSession {
  /** Hash of the id in the cookie. */
  id: string;
  sub: string;
  upstream: string;
  issuer: string;
  sid?: string | undefined;
  /** As in `UpstreamGrant`: what a tombstone is compared with. */
  issuedAt: number;
  /** What the provider said at the sign-in. */
  groups: string[];
  expiresAt: number;
}

/** A device's session: a family of refresh tokens, of which one is current. */
export interface DeviceSession extends UpstreamGrant {
  id: string;
  clientId: string;
  /** Hash of the current refresh token, under which `sealedRefresh` is sealed. */
  currentHash: string;
  previousHash?: string | undefined;
  /** When the previous refresh token was replaced by the current one. It never changes: the grace period can't slide. */
  previousUsedAt?: number | undefined;
  scopes: string[];
  resource?: string | undefined;
  /** As its owner calls it; at first the client's. */
  name?: string | undefined;
}

export type NewDeviceSession = Omit<DeviceSession, SetByStore | 'previousHash' | 'previousUsedAt'>;

export type DeviceGrantState = 'pending' | 'allowed' | 'denied' | 'redeemed';

/** A device authorization (RFC 8628 §3.2) between its request and its redemption. */
export interface DeviceGrant {
  deviceCodeHash: string;
  userCodeHash: string;
  clientId: string;
  scopes: string[];
  resource?: string | undefined;
  /** Public half of the pair derived from the device code: what "Allow" seals the grant to. */
  publicKey: string;
  ringKid: string;
  state: DeviceGrantState;
  /** Seconds between polls that the device was told; grows with each `slow_down`. */
  interval: number;
  lastPollAt?: number | undefined;
  /** Who decided. */
  sub?: string | undefined;
  /** Only while `allowed`: erased at redemption. */
  sealedGrant?: string | undefined;
  claims?: GrantClaims | undefined;
  createdAt: number;
  expiresAt: number;
  /** Where the device asked from, for the hint on the confirmation page. */
  ip?: string | undefined;
  userAgent?: string | undefined;
}

export type NewDeviceGrant = Omit<DeviceGrant, 'state' | 'lastPollAt' | 'sub' | 'sealedGrant' | 'claims'>;

/** What a person lets a site ask for. `scopes` may be empty: the site may then have a token that says who, and no more. */
export interface Consent {
  sub: string;
  origin: string;
  resource: string;
  /** Sorted. */
  scopes: string[];
  /** The last decision. */
  grantedAt: number;
}

/** What is kept of a person and a site, beside their consents. */
export interface Site {
  sub: string;
  origin: string;
  /** The person chose "never": it may not even ask, and has no consent. */
  refusedAt?: number | undefined;
  /** When it was last given a token; not finer than some minutes. */
  lastUsedAt?: number | undefined;
  /** The address of the browser that it was given to then. */
  lastUsedFrom?: string | undefined;
}

/** `next` is published before it signs, `retired` until the last token that it signed has expired. */
export type SigningKeyState = 'next' | 'active' | 'retired';

export interface SigningKey {
  kid: string;
  state: SigningKeyState;
  publicJwk: Record<string, unknown>;
  sealedPrivate: string;
  ringKid: string;
  createdAt: number;
  /** When it may be forgotten. */
  notAfter?: number | undefined;
}

/** What a provider's logout names: one of its sessions, or everything of a person. */
export type LogoutTarget = { issuer: string; sid: string } | { issuer: string; idpSub: string };

/** Everything that began at or before `iat` is dead, also what is not yet stored. */
export type Tombstone = LogoutTarget & { iat: number };

export interface Revocation {
  seq: number;
  event: Record<string, unknown>;
  at: number;
}

export interface AuditEntry {
  type: string;
  sub?: string | undefined;
  detail: Record<string, unknown>;
}

export interface StoredAuditEntry extends AuditEntry {
  seq: number;
  at: number;
}
