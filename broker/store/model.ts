/**
 * Data model of the store. All times are milliseconds since the epoch. Ids are hashes of the value their holder
 * presents. Sealed values can only be opened with a secret that the store never sees. Both are base64url.
 */

/** A person as the broker knows them: one per (issuer, idpSub). */
export interface Person {
  /** The broker's own subject: stable and opaque, used in every token the broker issues. */
  sub: string;
  issuer: string;
  /** The provider's subject. */
  idpSub: string;
  /** The provider's configured name at the last sign-in. */
  upstream: string;
  name?: string | undefined;
  email?: string | undefined;
}

/** The provider's latest claims about the person, from the refreshed ID token or UserInfo. */
export interface GrantClaims {
  groups: string[];
  /** Whether the provider left the groups out because there are too many. */
  groups_overage?: boolean | undefined;
  /** NumericDate. */
  auth_time?: number | undefined;
  acr?: string | undefined;
  amr?: string[] | undefined;
  name?: string | undefined;
  preferred_username?: string | undefined;
  /** What the provider wants as `login_hint`, if it says so. */
  login_hint?: string | undefined;
  email?: string | undefined;
  /** What the provider says about `email`; absent if it says nothing. */
  email_verified?: boolean | undefined;
}

/**
 * - `active`: tokens may be minted.
 * - `recheck`: a hint arrived; no tokens are minted until a refresh at the provider succeeds.
 * - `reauth_required`: the provider's grant is gone; the person must sign in again.
 * - `ended`: final; all sealed data is erased.
 */
export type SessionState = 'active' | 'recheck' | 'reauth_required' | 'ended';

/** A non-final session state. */
export type UnendedState = Exclude<SessionState, 'ended'>;

/** A provider grant and its refresh state, shared by browser and device sessions. */
export interface UpstreamGrant {
  sub: string;
  upstream: string;
  issuer: string;
  /** The provider's session id (`sid`), if it sent one. */
  sid?: string | undefined;
  /** `iat` of the grant's first ID token, by the provider's clock. Tombstones are compared with it. */
  issuedAt: number;
  state: SessionState;
  endReason?: string | undefined;
  endedAt?: number | undefined;
  /** Absent if the provider issued no refresh token, and after the session ends. */
  sealedRefresh?: string | undefined;
  /** The ring key that, together with the holder's secret, opens `sealedRefresh`. */
  ringKid?: string | undefined;
  claims: GrantClaims;
  /** Incremented on every change of `sealedRefresh`. Writers pass the version they read. */
  version: number;
  /** When the provider last confirmed `claims`. */
  refreshedAt: number;
  /** When the current refresh lease expires, by the database clock. */
  refreshingUntil?: number | undefined;
  /** When the current refresh token was first sent, by the database clock. Absent if unsent or the outcome is known. */
  refreshFirstSentAt?: number | undefined;
  /** Definite failures since the last success. */
  refreshFailures: number;
  /** Error code of the last definite failure. */
  refreshFailure?: string | undefined;
  /** Number of recheck hints received. A refresh settles only the hints that arrived before it began. */
  rechecks: number;
  createdAt: number;
  absoluteExpiresAt: number;
  /** Last use by the holder. Resolution: one minute for browser sessions, one refresh for device sessions. */
  lastUsedAt?: number | undefined;
  /** IP address of the last use. */
  lastUsedFrom?: string | undefined;
}

/** This broker, as one provider knows it. */
export interface ProviderClient {
  issuer: string;
  clientId: string;
}

/** Whether a refresh makes the old refresh token worthless. */
export type Rotates = 'yes' | 'no';

/** When and from where a session was used. */
export interface Use {
  at: number;
  from: string | undefined;
}

/** Fields set by the store: a new session is `active`, at version 1, with no refresh in progress. */
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
  /** JWK thumbprint (RFC 7638) of the key the session is bound to. */
  jkt: string;
  /** Check value for the secret in the cookie. */
  secretCheck: string;
  idleExpiresAt: number;
  /** Id of the session that this one replaces on first use. */
  predecessor?: string | undefined;
  /** The sign-in that began it, as the log names it. Absent in sessions from before this was kept. */
  signIn?: string | undefined;
  userAgent?: string | undefined;
}

export type NewSession = Omit<Session, SetByStore>;

/** A sign-in to `/account` or `/device` that lasts a few minutes. */
export interface PageSession {
  /** Hash of the id in the cookie. */
  id: string;
  sub: string;
  upstream: string;
  issuer: string;
  sid?: string | undefined;
  /** As in {@link UpstreamGrant}: tombstones are compared with it. */
  issuedAt: number;
  /** Groups from the provider at sign-in. */
  groups: string[];
  expiresAt: number;
}

/** A device session: a refresh token family with one current token. */
export interface DeviceSession extends UpstreamGrant {
  id: string;
  clientId: string;
  /** Hash of the current refresh token, under which `sealedRefresh` is sealed. */
  currentHash: string;
  previousHash?: string | undefined;
  /** When the current refresh token replaced the previous one. Never changes, so the grace period can't slide. */
  previousUsedAt?: number | undefined;
  scopes: string[];
  resource?: string | undefined;
  /** Name chosen by the owner; defaults to the client's name. */
  name?: string | undefined;
  /** Thumbprint of the DPoP key that the refresh token is bound to, if it is (RFC 9449 §5). */
  jkt?: string | undefined;
}

export type NewDeviceSession = Omit<DeviceSession, SetByStore | 'previousHash' | 'previousUsedAt'>;

export type DeviceGrantState = 'pending' | 'allowed' | 'denied' | 'redeemed';

/** The longest interval that `slow_down` makes of a device's polls, in seconds. */
export const maxPollInterval = 60;

/** A device authorization (RFC 8628 §3.2) between its request and its redemption. */
export interface DeviceGrant {
  deviceCodeHash: string;
  userCodeHash: string;
  clientId: string;
  scopes: string[];
  resource?: string | undefined;
  /** Public key of the pair derived from the device code. "Allow" seals the grant to it. */
  publicKey: string;
  ringKid: string;
  state: DeviceGrantState;
  /** Polling interval sent to the device, in seconds. Grows with each `slow_down`. */
  interval: number;
  lastPollAt?: number | undefined;
  /** The person who decided. */
  sub?: string | undefined;
  /** Present only while `allowed`; erased at redemption. */
  sealedGrant?: string | undefined;
  claims?: GrantClaims | undefined;
  createdAt: number;
  expiresAt: number;
  /** IP address of the device's request, shown on the confirmation page. */
  ip?: string | undefined;
  userAgent?: string | undefined;
  /** The key (`emailKey`) of the account that the device named. Its browsers ask by themselves. */
  accountKey?: string | undefined;
  /** Present with `accountKey`: the number that the device shows, and after it two that it doesn't show. */
  numbers?: string[] | undefined;
}

export type NewDeviceGrant = Omit<DeviceGrant, 'state' | 'lastPollAt' | 'sub' | 'sealedGrant' | 'claims'>;

/** What a person allows a site to request. With empty `scopes`, the site's token only identifies the person. */
export interface Consent {
  sub: string;
  origin: string;
  resource: string;
  /** Sorted. */
  scopes: string[];
  /** Time of the last decision. */
  grantedAt: number;
}

/** Stored data about a person and a site, other than consents. */
export interface Site {
  sub: string;
  origin: string;
  /** When the person chose "never". The site may not ask and has no consent. */
  refusedAt?: number | undefined;
  /** When the site last received a token, to a resolution of a few minutes. */
  lastUsedAt?: number | undefined;
  /** IP address of the browser that received it. */
  lastUsedFrom?: string | undefined;
}

/** A `next` key is published before it signs. A `retired` key is published until its last token expires. */
export type SigningKeyState = 'next' | 'active' | 'retired';

export interface SigningKey {
  kid: string;
  /** Absent in keys from before there was a choice: ES256. */
  alg?: 'ES256' | 'RS256' | undefined;
  state: SigningKeyState;
  publicJwk: Record<string, unknown>;
  sealedPrivate: string;
  ringKid: string;
  createdAt: number;
  /** When the key may be deleted. */
  notAfter?: number | undefined;
}

/** A person as the provider identifies them. */
export type ProviderPerson = { issuer: string; idpSub: string } | { issuer: string; email: string };

/**
 * The target of a provider's logout: one provider session, or everything of a person. With `idpSub`, a logout by `sid`
 * also means the person's sign-ins for which the provider named no session.
 */
export type LogoutTarget = { issuer: string; sid: string; idpSub?: string | undefined } | ProviderPerson;

/** What the broker itself ends: everything of a person or a client, of one configured provider, or everything. */
export type BrokerTarget = { sub: string } | { clientId: string } | { upstream: string } | { everything: true };

/**
 * Revokes everything that began at or before it, including sign-ins that are not stored yet. Each is dated by the clock
 * of whoever wrote it: a provider's is compared with `issuedAt`, and one of the broker's own (`at`) with when the
 * sign-in began by the broker's clock.
 */
export type Tombstone =
  | (LogoutTarget & { iat: number })
  /** `jti` is one access token that names no session. */
  | ((BrokerTarget | { jti: string }) & { at: number });

export interface Revocation {
  seq: number;
  event: Record<string, unknown>;
  at: number;
}

/** Selects sign-ins of all people. Every given condition must hold. */
export interface SignInFilter {
  /** The provider's configured name. */
  upstream?: string | undefined;
  /** Only rows whose sealed data this ring key opens. */
  ringKid?: string | undefined;
  /** Only what began before this time, by the broker's clock. */
  createdBefore?: number | undefined;
}

/** What a change leaves behind, written in the same transaction: neither exists without the other. */
export interface Report {
  /** When the change was made. */
  at: number;
  audit?: readonly AuditEntry[] | undefined;
  /** Published to all replicas, in this order. */
  events?: readonly Record<string, unknown>[] | undefined;
}

/** Who runs a command on the store. Added to the `detail` of every audit entry that the command writes. */
export interface Operator {
  /** The user of the operating system. */
  user: string;
  host: string;
  /** Who that is, or why they do it, in their own words. */
  by?: string | undefined;
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

/** A part of the audit log that is sealed: numbered from 1, each with the hash of the one before. */
export interface AuditBatch {
  number: number;
  /** Hash of the batch before; empty for the first. */
  previous: string;
  /** Hash of this batch: its entries and all other fields except the last two. */
  hash: string;
  /** Batches up to this number have been deleted because of their age. */
  floor: number;
  /** When it was sealed. */
  at: number;
  /** The ring key that {@link AuditBatch.mac} is made with. */
  ringKid: string;
  /** Authenticates `hash`, and with it everything before. */
  mac: string;
  /**
   * Earlier batches that a person was erased from when this one was sealed, each with the hash of what is left of it.
   * Their own `hash` stays what it was, so that the chain does.
   */
  redacted?: RedactedBatch[] | undefined;
}

export interface RedactedBatch {
  number: number;
  hash: string;
}

/** What the configuration was that brokers last ran with. */
export interface ConfigDigests {
  /** The ring key that the digests are made with. */
  ringKid: string;
  /** By the names of the sections. */
  sections: Readonly<Record<string, string>>;
}

/** What a batch is made of before it is sealed. */
export interface UnsealedBatch extends Pick<AuditBatch, 'number' | 'previous' | 'floor' | 'redacted'> {
  entries: StoredAuditEntry[];
}
