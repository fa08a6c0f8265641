import type {
  AuditEntry,
  Consent,
  DeviceGrant,
  DeviceSession,
  GrantClaims,
  LogoutTarget,
  NewDeviceGrant,
  NewDeviceSession,
  NewSession,
  PageSession,
  Person,
  Revocation,
  Session,
  SigningKey,
  SigningKeyState,
  Site,
  StoredAuditEntry,
  Tombstone,
  UnendedState,
  UpstreamGrant,
  Use,
} from './model.ts';

export type * from './model.ts';

/**
 * The broker's memory. Every method is atomic and safe to call from any number of requests, processes and
 * replicas at once; what it answered is on disk, but for
 * the counters named below. Time is an argument, in milliseconds since the epoch; only
 * the refresh lease goes by the database's clock, which all replicas share.
 *
 * Methods that `get` or `list` hand out the row as it stands: whether it has expired is for the caller to
 * compare. Methods that take `now` never hand out what has expired.
 *
 * @throws {StoreUnavailableError} from any method, when the database can't be reached or is too busy
 */
export interface Store
  extends PersonStore,
    TransactionStore,
    SessionStore,
    PageSessionStore,
    RefreshStore,
    ConsentStore,
    SiteStore,
    DeviceGrantStore,
    DeviceSessionStore,
    SigningKeyStore,
    RevocationStore,
    LimitStore,
    AuditStore {
  /** Answers when the database does. */
  ping(): Promise<void>;
  close(): Promise<void>;
  /**
   * Brings the schema up to date, under a lock: of several processes that start at once, one migrates.
   *
   * @throws {Error} when the database was migrated by a newer version
   */
  migrate(): Promise<void>;
  /**
   * Forgets what has expired, at most `limit` rows of each table.
   *
   * @returns how many rows went; call again while it is not 0
   */
  collectExpired(now: number, limit: number): Promise<number>;
  /** How many rows name each key of the ring: one that none names is not needed any more. */
  countRingKeys(): Promise<ReadonlyMap<string, number>>;
}

/** The database can't be reached, or didn't get to it in time. Nothing is known to have changed; trying again later may help. */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

export interface PersonStore {
  /** The person of (issuer, idpSub), made under `newSub` if new. Name and email follow the provider; absent ones leave what is known. */
  upsertPerson(person: Omit<Person, 'sub'> & { newSub: string }, now: number): Promise<Person>;
  getPerson(sub: string): Promise<Person | undefined>;
  /**
   * The people of whom all of this is true, in the order of `sub`; email addresses are compared without case.
   *
   * @param page `after` is the last `sub` of the page before
   */
  findPeople(
    which: { issuer?: string | undefined; idpSub?: string | undefined; email?: string | undefined },
    page: { after?: string | undefined; limit: number },
  ): Promise<Person[]>;
}

/** `session`: the extension's sign-in; `page`: one of people's pages. */
export type TransactionKind = 'session' | 'page';

/** Sign-in transactions: what the broker must remember between sending somebody to the provider and their return. */
export interface TransactionStore {
  /**
   * @param transaction `id` is the hash of `state`
   * @returns false when the id is taken, and nothing is stored
   */
  putTransaction(transaction: {
    id: string;
    kind: TransactionKind;
    data: Record<string, unknown>;
    expiresAt: number;
  }): Promise<boolean>;
  /** Gives the data exactly once, and never after its expiry. */
  consumeTransaction(id: string, kind: TransactionKind, now: number): Promise<Record<string, unknown> | undefined>;
}

export interface SessionStore {
  /** `tombstoned`: the provider has meanwhile ended what the session would stand on; nothing is stored. */
  insertSession(session: NewSession): Promise<'inserted' | 'tombstoned'>;
  getSession(id: string): Promise<Session | undefined>;
  /** All that the decision about a token needs, read in one statement. */
  getAuthority(
    id: string,
    origin: string,
    resource: string,
  ): Promise<{ session: Session; person: Person; consent?: Consent | undefined; site: Site } | undefined>;
  /** Moves the idle expiry on, never back, and notes the use that did it. As durable as `LimitStore`. */
  touchSession(id: string, idleExpiresAt: number, use: Use): Promise<void>;
  /** On a session's first authenticated call: ends its predecessor (reason `replaced`) and forgets the link. */
  activateSession(id: string, now: number): Promise<void>;
  /** `recheck` is a hint, and counted. @returns whether the session was in one of `from`. The way to `ended` is `endSession`, which also erases. */
  setSessionState(id: string, from: readonly UnendedState[], to: UnendedState): Promise<boolean>;
  /** Ends the session and erases what is sealed. @returns false when there is none, or it had ended */
  endSession(id: string, reason: string, now: number): Promise<boolean>;
  /** The person's sessions that have not ended, newest first. */
  listSessions(sub: string): Promise<Session[]>;
  /**
   * Ends the browser sessions of a person or of a provider's session, and forgets their page sessions.
   *
   * @param who `sub` is the broker's own
   * @param olderThan only sessions with `issuedAt` at or before it
   * @returns the ids of the browser sessions
   */
  endSessionsOf(who: { sub: string } | LogoutTarget, olderThan: number, reason: string, now: number): Promise<string[]>;
}

/** Sign-ins to people's pages. `endSessionsOf` ends them too. */
export interface PageSessionStore {
  /**
   * @param replaces the page session that this browser had before
   * @returns as `insertSession`; `replaces` has gone in either case
   */
  insertPageSession(session: PageSession, replaces: string | undefined): Promise<'inserted' | 'tombstoned'>;
  /** With the name that the person goes by now. */
  getPageSession(
    id: string,
    now: number,
  ): Promise<{ session: PageSession; person: Pick<Person, 'name' | 'email'> } | undefined>;
  endPageSession(id: string): Promise<void>;
}

/** Which kind of session a refresh is for. */
export type GrantKind = 'session' | 'device';

/**
 * One refresh at a time. Take the lease, send the refresh token, then commit or release:
 *
 * - the answer is here: `commitRefresh`
 * - the provider refused definitely: `releaseRefresh` with `failure` and `clearFirstSent: true`
 * - the token was never sent: `releaseRefresh` with `clearFirstSent: true`
 * - it may have been sent and the outcome is unknown: `releaseRefresh` with `clearFirstSent: false`, or nothing
 *   at all (a crash); whoever comes next learns from `firstSentAt` whether it may still be sent again
 */
export interface RefreshStore {
  /**
   * Takes the lease if the row is live, still at `version`, and nobody else holds it by the database's clock.
   *
   * @returns `firstSentAt` is `dbNow` when this is the first sending, and earlier when somebody sent it before
   * with an unknown outcome; `lease` names this lease to `releaseRefresh`. Not taken: read the row again.
   */
  beginRefresh(
    kind: GrantKind,
    id: string,
    version: number,
    leaseMs: number,
  ): Promise<{ taken: true; lease: number; firstSentAt: number; dbNow: number } | { taken: false }>;
  /**
   * Writes the result, frees the lease, clears the failures, and makes the session `active`, or leaves it at
   * `recheck` where a hint came after `seen` was read; `version` moves on by one.
   *
   * @param seen of the row as it was before the refresh began
   * @param result without `sealedRefresh` the old refresh token stays (the provider doesn't rotate); without `claims`
   *   nothing was learnt of the person: what is known stays, and no hint is settled
   * @returns false, and nothing is written, when the row has moved on, has ended, or is tombstoned
   */
  commitRefresh(
    kind: GrantKind,
    id: string,
    seen: Pick<UpstreamGrant, 'version' | 'rechecks'>,
    result: {
      sealedRefresh?: string | undefined;
      ringKid?: string | undefined;
      claims?: GrantClaims | undefined;
      refreshedAt?: number | undefined;
    },
  ): Promise<boolean>;
  /** Lets a lease that is still this one last `leaseMs` from now. @returns its new name, or `undefined` where it is somebody else's */
  renewRefresh(
    kind: GrantKind,
    id: string,
    version: number,
    how: { lease: number; leaseMs: number },
  ): Promise<number | undefined>;
  /** Frees the lease if it is still this one. `failure` (an error code) counts a definite failure. */
  releaseRefresh(
    kind: GrantKind,
    id: string,
    version: number,
    how: { lease: number; clearFirstSent: boolean; failure?: string | undefined },
  ): Promise<void>;
}

export interface ConsentStore {
  listConsents(sub: string): Promise<Consent[]>;
  /** Adds to what is granted already, and takes back a "never": the last decision counts. @returns the union */
  grantConsent(consent: Omit<Consent, 'grantedAt'>, now: number): Promise<Consent>;
  /** Without `resource`: all of the site's. @returns how many there were */
  revokeConsent(which: { sub: string; origin: string; resource?: string | undefined }): Promise<number>;
}

export interface SiteStore {
  /** Those of which there is something to know. */
  listSites(sub: string): Promise<Site[]>;
  /** "Never": erases the site's consents with it. @returns false when it was refused already */
  refuseSite(which: { sub: string; origin: string }, now: number): Promise<boolean>;
  /** Takes a "never" back. @returns false when there was none */
  letSiteAsk(which: { sub: string; origin: string }): Promise<boolean>;
  /** Notes the site's last use, the latest of several. As durable as `LimitStore`. */
  touchSite(which: { sub: string; origin: string }, use: Use): Promise<void>;
}

export type PollResult =
  | { outcome: 'unknown' | 'wrong_client' }
  | { outcome: 'expired' | 'slow_down' | 'pending' | 'denied' | 'redeemed' | 'allowed'; grant: DeviceGrant };

export type DeviceDecision =
  | { decision: 'allow'; sub: string; sealedGrant: string; claims: GrantClaims; scopes: string[] }
  | { decision: 'deny'; sub: string };

/** Device authorizations (RFC 8628). */
export interface DeviceGrantStore {
  /** `user_code_taken`: draw another user code. */
  insertDeviceGrant(grant: NewDeviceGrant): Promise<'inserted' | 'user_code_taken'>;
  getDeviceGrant(deviceCodeHash: string): Promise<DeviceGrant | undefined>;
  /** The grant that still waits for somebody's decision under this code. */
  findDeviceGrantByUserCode(userCodeHash: string, now: number): Promise<DeviceGrant | undefined>;
  /**
   * A device asks (§3.5). A pending grant is slowed when the poll comes sooner after the last one than the
   * grant's interval less `leewayMs`; that adds 5 s to the interval, to 60 s at most. The first poll is never
   * slowed, and neither is one that waited the interval. A decision is told however soon the poll comes.
   */
  pollDeviceGrant(deviceCodeHash: string, clientId: string, now: number, leewayMs: number): Promise<PollResult>;
  /** Records the decision, once. `scopes` are what was allowed of those asked for. @returns false unless it was pending */
  decideDeviceGrant(deviceCodeHash: string, decision: DeviceDecision, now: number): Promise<boolean>;
  /**
   * Begins the device session of an allowed grant, once, and spends nothing: the code stays good until its answer is
   * ready. Where the provider has meanwhile ended the person's grants the result is false and the grant is `denied`.
   *
   * @param claim `sealedGrant` as it was read, and `resealed`, which takes its place; `deviceSession` of the grant's client
   *   and of the person who allowed it, which lives no longer than the grant: redemption prolongs it
   * @returns false, and nothing is stored, when the grant has moved on: read it again
   */
  claimDeviceGrant(
    deviceCodeHash: string,
    now: number,
    claim: { sealedGrant: string; resealed: string; deviceSession: NewDeviceSession },
  ): Promise<boolean>;
  /**
   * Spends an allowed grant, exactly once, and erases what is sealed in it. Its session then lives until
   * `absoluteExpiresAt`; where that has ended meanwhile the result is false and the grant is `denied`.
   */
  redeemDeviceGrant(
    deviceCodeHash: string,
    now: number,
    session: { id: string; absoluteExpiresAt: number; audit: AuditEntry },
  ): Promise<boolean>;
  /** What a person has allowed, or what a client was allowed, and no device has taken up is `denied`. Sessions that have begun are not ended by this. */
  denyAllowedGrantsOf(who: { sub: string } | { clientId: string }): Promise<void>;
}

export interface DeviceSessionStore {
  getDeviceSession(id: string): Promise<DeviceSession | undefined>;
  /**
   * Replaces the device's refresh token by the next, together with the provider's refresh token sealed under it.
   * Increments `version`: a refresh that read the row before can't write a token sealed under the old one.
   *
   * @returns false when the row has moved on or ended, or while a refresh is in flight: read it again
   */
  rotateRefreshToken(
    id: string,
    rotation: {
      version: number;
      expectCurrentHash: string;
      newCurrentHash: string;
      sealedRefresh: string | undefined;
      ringKid: string | undefined;
      now: number;
      /** The address that asked. */
      from?: string | undefined;
    },
  ): Promise<boolean>;
  /** Gives it another name. @returns false when there is none, or it has ended */
  renameDeviceSession(id: string, name: string): Promise<boolean>;
  setDeviceSessionState(id: string, from: readonly UnendedState[], to: UnendedState): Promise<boolean>;
  endDeviceSession(id: string, reason: string, now: number): Promise<boolean>;
  /** The person's device sessions that have not ended, newest first. */
  listDeviceSessions(sub: string): Promise<DeviceSession[]>;
  /** As `endSessionsOf`; a provider's `sid` is no concern of devices. */
  endDeviceSessionsOf(
    who: { sub: string } | { clientId: string } | { issuer: string; idpSub: string },
    olderThan: number,
    reason: string,
    now: number,
  ): Promise<string[]>;
}

export interface SigningKeyStore {
  /** Oldest first. */
  listSigningKeys(): Promise<SigningKey[]>;
  /** @returns false when another key is `active` (or `next`) already: of several processes that start at once, one brings the key */
  insertSigningKey(key: SigningKey): Promise<boolean>;
  /**
   * Moves a key on. The key that becomes `active` retires the one that was, in the same step.
   *
   * @param notAfter of the key that retires
   * @returns false when there is no such key
   */
  setSigningKeyState(kid: string, state: SigningKeyState, notAfter?: number): Promise<boolean>;
}

export interface RevocationStore {
  /**
   * Remembers that everything of the target begun at or before `iat` is dead. Call it before `endSessionsOf`:
   * then a session that is being inserted meanwhile is either refused here or ended there.
   *
   * @returns false when an equal or later one is known (a replay)
   */
  addTombstone(tombstone: Tombstone, expiresAt: number): Promise<boolean>;
  /** Tells all replicas. @returns the event's number; who has seen a number has seen all before it. Kept for a day. */
  appendRevocation(event: Record<string, unknown>, now: number): Promise<number>;
  revocationsAfter(seq: number, limit: number): Promise<Revocation[]>;
  /** The number of the last revocation that is kept; 0 where there is none. */
  lastRevocation(): Promise<number>;
  /**
   * Hears that there may be new revocations: at once for this store's own, and for those of other replicas
   * where the database can tell. A hint that may get lost: who relies on revocations reads them regularly.
   *
   * @returns what stops it
   */
  onRevocation(listener: () => void): () => void;
}

/** What a flood or a replay runs into. It outlives a process that is killed, but perhaps not a power failure. */
export interface LimitStore {
  /** @returns true the first time within its life, however many ask at once */
  rememberOnce(key: string, expiresAt: number, now: number): Promise<boolean>;
  /** Counts in a fixed window, which the first hit opens. @returns the count with this hit */
  hit(key: string, windowMs: number, now: number): Promise<{ count: number; resetsAt: number }>;
  /** Undoes one hit of the window that ends at `resetsAt`; a later window is left alone. */
  takeBack(key: string, resetsAt: number): Promise<void>;
  /** The count so far, without a hit. */
  peek(key: string, now: number): Promise<number>;
}

export interface AuditStore {
  appendAudit(entry: AuditEntry, now: number): Promise<void>;
  auditAfter(seq: number, limit: number): Promise<StoredAuditEntry[]>;
}
