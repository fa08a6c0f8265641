import type {
  AuditBatch,
  AuditEntry,
  ConfigDigests,
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
  ProviderClient,
  ProviderPerson,
  Report,
  Revocation,
  Rotates,
  Session,
  SessionState,
  SignInFilter,
  SigningKey,
  SigningKeyState,
  Site,
  StoredAuditEntry,
  Tombstone,
  UnendedState,
  UnsealedBatch,
  UpstreamGrant,
  Use,
} from './model.ts';

export type * from './model.ts';

/**
 * Persistent storage for the broker. Every method is atomic and safe to call concurrently from any number of
 * requests, processes, and replicas. Writes are on disk when the method resolves, except for the counters
 * documented at {@link LimitStore}. Callers pass the time in milliseconds since the epoch. Only the refresh lease
 * uses the database clock, which all replicas share.
 *
 * `get*` and `list*` methods return rows as stored, so the caller must check expiry. Methods that take `now` never
 * return expired rows.
 *
 * Any text and any time may be passed. Every store treats them alike: U+0000 and lone surrogates count as U+FFFD, times
 * are rounded down to whole milliseconds and limited to safe integers. Text that is part of a key (ids, `issuer`,
 * `idpSub`, `sid`, names of counters) has at most 512 characters; hash what may be longer, or must not collide.
 *
 * A `report` is written in the same transaction as the change, and only if there is a change. Where it is a function, it
 * may be called several times, because transactions are retried.
 *
 * @throws {StoreUnavailableError} from any method, when the database can't be reached or is too busy
 */
export interface Store
  extends PersonStore,
    ErasureStore,
    IssuerStore,
    TransactionStore,
    SessionStore,
    PageSessionStore,
    RefreshStore,
    RotationStore,
    SignInSampleStore,
    ConsentStore,
    SiteStore,
    DeviceGrantStore,
    DeviceSessionStore,
    SigningKeyStore,
    RevocationStore,
    LimitStore,
    AuditStore,
    AuditRedactionStore,
    ConfigStore {
  /** Resolves when the database responds, whether or not it has been migrated. */
  ping(): Promise<void>;
  /** Resolves when the database takes a write. A full disk or a read-only replica answers queries and takes none. */
  pingWrite(now: number): Promise<void>;
  close(): Promise<void>;
  /**
   * Brings the schema up to date under a lock. If several processes start at once, only one migrates.
   *
   * A newer release may have migrated the database, if it says that this one can still use it.
   *
   * @throws {NewerStoreError} if it says that this one is too old
   */
  migrate(): Promise<void>;
  /** Whether a broker has ever migrated the database, so that it can hold something. */
  isMigrated(): Promise<boolean>;
  /**
   * Resolves if this release could start on the database. Changes nothing.
   *
   * @throws {NewerStoreError} as `migrate` would
   */
  checkRelease(): Promise<void>;
  /**
   * Deletes expired rows, at most `limit` per table.
   *
   * @returns the number of rows deleted; call again until it is 0
   */
  collectExpired(now: number, limit: number): Promise<number>;
  /** Counts the rows that need each ring key. A key that no row needs can be removed. */
  countRingKeys(): Promise<ReadonlyMap<string, number>>;
  /** Counts the browser sessions and devices that have not ended, by state. States without any are left out. */
  countSessions(now: number): Promise<SessionCount[]>;
}

/** How many browser sessions or devices are in a state. */
export interface SessionCount {
  kind: GrantKind;
  state: SessionState;
  count: number;
}

/** The database is unreachable or did not respond in time. Nothing is known to have changed; a retry may succeed. */
export class StoreUnavailableError extends Error {
  override readonly name: string = 'StoreUnavailableError';
}

/** The database answers, but not this broker: a wrong password, a missing database. Only an administrator can correct it. */
export class StoreRefusesError extends StoreUnavailableError {
  override readonly name = 'StoreRefusesError';
}

export interface PersonStore {
  /**
   * Returns the person for (issuer, idpSub), creating it with `newSub` if it does not exist. Name and email follow
   * the provider; absent values leave the stored ones unchanged.
   */
  upsertPerson(person: Omit<Person, 'sub'> & { newSub: string }, now: number): Promise<Person>;
  getPerson(sub: string): Promise<Person | undefined>;
  /**
   * Finds the people who match every given field, ordered by `sub`. Emails match in any case and Unicode form, see
   * `emailKey`.
   *
   * @param page `after` is the last `sub` of the previous page
   */
  findPeople(
    which: { issuer?: string | undefined; idpSub?: string | undefined; email?: string | undefined },
    page: { after?: string | undefined; limit: number },
  ): Promise<Person[]>;
}

/** A move of people from one issuer to another. */
export interface IssuerMove {
  from: string;
  to: string;
  /** The provider's `sub` at the new issuer. Return `undefined` to leave the person where they are. */
  subjectOf: (idpSub: string) => string | undefined;
}

/** What a move did to one page of people. */
export interface MovedPeople {
  moved: number;
  /** Those of `moved` who were known at the new issuer, too, and are one person again. */
  merged: number;
  left: number;
  /** Browser sessions and devices whose grant is of the old issuer. */
  sessions: number;
  devices: number;
  /** The last `sub` of the page; absent if there are no more people. */
  after: string | undefined;
}

export interface IssuerStore {
  /** The issuers that people come from. */
  listIssuers(): Promise<{ issuer: string; people: number }[]>;
  /**
   * Moves a page of people to another issuer. They keep their `sub`, their consents and decisions. Their sign-ins become
   * `reauth_required` and still name the old issuer, so no refresh token is sent to the new one.
   *
   * A person who is known at the new issuer, too, becomes one with the one known longer, whose `sub` stays. Sign-ins and
   * decisions of both are theirs; of two decisions about a site, the one at the new issuer counts.
   *
   * @param report called for each moved person
   */
  movePeople(
    move: IssuerMove,
    page: { after?: string | undefined; limit: number },
    report: (person: { sub: string; merged?: string | undefined }) => Report,
  ): Promise<MovedPeople>;
}

/** How many rows of a person were erased. */
export interface ErasedRows {
  sessions: number;
  devices: number;
  consents: number;
  sites: number;
}

export interface ErasureStore {
  /**
   * Deletes the person and every row about them, apart from the audit log, which `redactAudit` sees to. Call it after
   * their sign-ins have ended: the tombstone of the broker's own stays, and refuses a sign-in under way.
   *
   * @param how `forgetTombstonesAt` is when the tombstones and hints that name the person as the provider does expire, if
   *   not earlier
   * @returns what was erased, or `undefined` if there is no such person
   */
  erasePerson(
    person: Pick<Person, 'sub' | 'issuer' | 'idpSub' | 'email'>,
    how: { now: number; forgetTombstonesAt: number; report?: (erased: ErasedRows) => Report },
  ): Promise<ErasedRows | undefined>;
}

/**
 * `session`: sign-in of the extension. `page`: sign-in to the broker's pages. `result`: what such a sign-in led to.
 * `device`: a device that the extension asks about or allows.
 */
export type TransactionKind = 'session' | 'page' | 'result' | 'device';

/** Sign-in transactions: state kept between the redirect to the provider and the callback. */
export interface TransactionStore {
  /**
   * @param transaction `id` is a hash of all that its holder has to show
   * @returns false if the id is already taken; nothing is stored
   */
  putTransaction(transaction: {
    id: string;
    kind: TransactionKind;
    data: Record<string, unknown>;
    expiresAt: number;
  }): Promise<boolean>;
  /** Returns the data, and leaves it there. */
  readTransaction(id: string, kind: TransactionKind, now: number): Promise<Record<string, unknown> | undefined>;
  /**
   * Replaces the data, or stores some where there is none. Others see the data before or after it, and never none.
   *
   * @param change gets the latest data, `undefined` if there is none or it has expired. It may run several times. If it
   * returns `undefined`, nothing changes
   * @returns what `change` returned
   */
  changeTransaction(
    which: { id: string; kind: TransactionKind; expiresAt: number },
    now: number,
    change: (data: Record<string, unknown> | undefined) => Record<string, unknown> | undefined,
  ): Promise<Record<string, unknown> | undefined>;
  /** Returns the data exactly once, and never after it expires. */
  consumeTransaction(id: string, kind: TransactionKind, now: number): Promise<Record<string, unknown> | undefined>;
}

/** Everything needed to decide on a token. */
export interface Authority {
  session: Session;
  person: Person;
  consent?: Consent | undefined;
  site: Site;
  /** Which signing keys there are, in what states (`signingKeysStamp`). */
  signingKeys: string;
}

export interface SessionStore {
  /**
   * Inserts a session, in state `recheck` if a hint about its person came after the sign-in began.
   *
   * @param beganAt when the sign-in began, by the broker's clock; default: `createdAt`
   * @returns `tombstoned` if the sign-in has been ended since, or its predecessor has, other than by being replaced;
   *   nothing is stored
   */
  insertSession(session: NewSession, report?: Report, beganAt?: number): Promise<'inserted' | 'tombstoned'>;
  getSession(id: string): Promise<Session | undefined>;
  /** Reads everything needed to decide on a token, in one statement. */
  getAuthority(id: string, origin: string, resource: string): Promise<Authority | undefined>;
  /** Extends the idle expiry (never shortens it) and records the use. Same durability as {@link LimitStore}. */
  touchSession(id: string, idleExpiresAt: number, use: Use): Promise<void>;
  /** Call on a session's first authenticated request: ends its predecessor (reason `replaced`) and clears the link. */
  activateSession(id: string, now: number, report?: Report): Promise<void>;
  /**
   * Changes the state if it is one of `from`. Setting `recheck` records a hint and increments `rechecks`. To end a
   * session, call `endSession`, which also erases sealed data.
   *
   * @returns whether the session was in one of `from`
   */
  setSessionState(id: string, from: readonly UnendedState[], to: UnendedState): Promise<boolean>;
  /**
   * Ends the session and erases its sealed data.
   *
   * @returns false if the session does not exist or has already ended
   */
  endSession(id: string, reason: string, now: number, report?: Report): Promise<boolean>;
  /** Lists the person's sessions that have not ended, newest first. */
  listSessions(sub: string): Promise<Session[]>;
  /**
   * Ends the browser sessions of a person or of a provider session, and deletes their page sessions; or those of one
   * browser: a session with the one that replaces it, or that it replaces, until the newer one is used.
   *
   * @param who a `sub` here is the broker's own subject
   * @param olderThan affects only sessions whose `issuedAt` is at or before this time
   * @param report gets the ended browser sessions, even if there are none
   * @returns the ids of the ended browser sessions
   */
  endSessionsOf(
    who: { browser: string } | { sub: string } | LogoutTarget,
    olderThan: number,
    reason: string,
    now: number,
    report?: (ended: EndedSignIn[]) => Report,
  ): Promise<string[]>;
  /**
   * Ends at most `limit` browser sessions, or devices, that match, whoever they belong to, and deletes page sessions
   * along with browser sessions. Call it until it returns none. For an empty filter, all match.
   */
  endSignInsWhere(
    kind: GrantKind,
    filter: SignInFilter,
    how: { limit: number; reason: string; now: number; report: (ended: EndedSignIn[]) => Report },
  ): Promise<EndedSignIn[]>;
}

/** A browser session or a device that has ended, and whose it was. */
export interface EndedSignIn {
  id: string;
  sub: string;
}

/** Sign-ins to `/account` and `/device`. `endSessionsOf` ends them too. */
export interface PageSessionStore {
  /**
   * @param replaces the browser's previous page session
   * @param beganAt as for `insertSession`; default: `issuedAt`
   * @returns `tombstoned` if the sign-in has been ended since; `replaces` is deleted in either case
   */
  insertPageSession(
    session: PageSession,
    replaces: string | undefined,
    report?: Report,
    beganAt?: number,
  ): Promise<'inserted' | 'tombstoned'>;
  /** Returns the page session with the person's current name and email. */
  getPageSession(
    id: string,
    now: number,
  ): Promise<{ session: PageSession; person: Pick<Person, 'name' | 'email'> } | undefined>;
  endPageSession(id: string): Promise<void>;
}

/** The kind of session a refresh belongs to. */
export type GrantKind = 'session' | 'device';

/**
 * Serializes refreshes: one at a time per session. Take the lease, send the refresh token, then commit or release:
 *
 * - The provider responded: `commitRefresh`.
 * - The provider returned a definite error: `releaseRefresh` with `failure` and `clearFirstSent: true`.
 * - The token was never sent: `releaseRefresh` with `clearFirstSent: true`.
 * - The token may have been sent and the outcome is unknown: `releaseRefresh` with `clearFirstSent: false`, or
 *   nothing at all (a crash). The next holder uses `firstSentAt` to decide whether the token may be sent again.
 */
export interface RefreshStore {
  /**
   * Takes the lease if the row is live, still at `version`, and not leased by anyone else according to the database
   * clock.
   *
   * @returns `lease`, which identifies this lease to `releaseRefresh`, and `firstSentAt`, which equals `dbNow` for a
   *   first attempt and is earlier if a previous attempt has an unknown outcome. If not taken, read the row again.
   */
  beginRefresh(
    kind: GrantKind,
    id: string,
    version: number,
    leaseMs: number,
  ): Promise<{ taken: true; lease: number; firstSentAt: number; dbNow: number } | { taken: false }>;
  /**
   * Writes the result, releases the lease, clears the failures, and increments `version`. The session becomes
   * `active`, or stays at `recheck` if a hint arrived after `seen` was read.
   *
   * @param seen values from the row before the refresh began
   * @param result Without `sealedRefresh`, the old refresh token is kept (the provider does not rotate). Without
   *   `claims`, the stored claims are kept and no hint is settled.
   * @returns false if the row has changed, has ended, or is tombstoned; nothing is written
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
  /**
   * Extends the lease to `leaseMs` from now if the caller still holds it.
   *
   * @returns the new lease identifier, or `undefined` if someone else holds the lease
   */
  renewRefresh(
    kind: GrantKind,
    id: string,
    version: number,
    how: { lease: number; leaseMs: number },
  ): Promise<number | undefined>;
  /** Releases the lease if the caller still holds it. `failure` (an error code) records a definite failure. */
  releaseRefresh(
    kind: GrantKind,
    id: string,
    version: number,
    how: { lease: number; clearFirstSent: boolean; failure?: string | undefined },
  ): Promise<void>;
}

/** What a provider's answers have shown about its refresh tokens, for all replicas. */
export interface RotationStore {
  /** @returns undefined if no answer has shown it yet */
  getRotation(client: ProviderClient): Promise<Rotates | undefined>;
  /** Replaces what was known: the last answer counts. */
  noteRotation(client: ProviderClient, rotates: Rotates, now: number): Promise<void>;
}

/** What recent sign-ins have brought, for operators. It is read rarely, and without an index. */
export interface SignInSampleStore {
  /**
   * The latest browser sessions and devices that get tokens, newest first.
   *
   * @param upstream the provider's configured name
   */
  latestSignIns(upstream: string, limit: number): Promise<SignInSample[]>;
}

export interface SignInSample {
  /** Whether the provider sent a refresh token. */
  hasGrant: boolean;
  /** How many groups it named. */
  groups: number;
}

export interface ConsentStore {
  listConsents(sub: string): Promise<Consent[]>;
  /**
   * Adds to the existing consents and clears a "never": the last decision wins. Either all are stored, or none.
   *
   * @returns for each, the union of old and new scopes
   */
  grantConsents(consents: readonly Omit<Consent, 'grantedAt'>[], now: number, report?: Report): Promise<Consent[]>;
  /**
   * Revokes the consent for `resource`, or all consents of the site if `resource` is absent.
   *
   * @returns the number of consents revoked
   */
  revokeConsent(
    which: { sub: string; origin: string; resource?: string | undefined },
    report?: Report,
  ): Promise<number>;
}

export interface SiteStore {
  /** Lists the sites that have a stored row: a refusal or a last use. */
  listSites(sub: string): Promise<Site[]>;
  /**
   * Records a "never" and erases the site's consents.
   *
   * @returns false if the site was already refused
   */
  refuseSite(which: { sub: string; origin: string }, now: number, report?: Report): Promise<boolean>;
  /**
   * Clears a "never".
   *
   * @returns false if there was none
   */
  letSiteAsk(which: { sub: string; origin: string }, report?: Report): Promise<boolean>;
  /** Records the site's last use, keeping the latest. Same durability as {@link LimitStore}. */
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
  /** @returns `user_code_taken` if the user code is in use; generate another one */
  insertDeviceGrant(grant: NewDeviceGrant): Promise<'inserted' | 'user_code_taken'>;
  getDeviceGrant(deviceCodeHash: string): Promise<DeviceGrant | undefined>;
  /** Finds the pending grant for this user code. */
  findDeviceGrantByUserCode(userCodeHash: string, now: number): Promise<DeviceGrant | undefined>;
  /** Lists at most `limit` pending grants whose device named one of these accounts, the newest first. */
  listDeviceGrantsNaming(accountKeys: readonly string[], now: number, limit: number): Promise<DeviceGrant[]>;
  /**
   * Handles a device's poll (RFC 8628 §3.5). A pending grant gets `slow_down` if the poll arrives sooner after the
   * previous one than the grant's interval minus `leewayMs`. Each `slow_down` adds 5 s to the interval, up to 60 s.
   * The first poll, and any poll that waited the interval, never gets `slow_down`. A decided grant always returns
   * its decision, however early the poll.
   */
  pollDeviceGrant(deviceCodeHash: string, clientId: string, now: number, leewayMs: number): Promise<PollResult>;
  /**
   * Records the decision once. `scopes` is the allowed subset of the requested scopes.
   *
   * @returns false if the grant was not pending
   */
  decideDeviceGrant(deviceCodeHash: string, decision: DeviceDecision, now: number, report?: Report): Promise<boolean>;
  /**
   * Creates the device session of an allowed grant, once, without consuming the grant: the device code stays valid
   * until the response is ready. If the sign-in has been ended since, the result is false and the grant becomes
   * `denied`.
   *
   * @param claim `sealedGrant` as read; `resealed`, which replaces it; and `deviceSession`, for the grant's client and
   *   the person who allowed it. The session expires no later than the grant until redemption extends it, and is in
   *   state `recheck` if a hint came since "Allow". `beganAt` is when the sign-in for "Allow" began, by the broker's
   *   clock; default: the session's `createdAt`.
   * @returns false if the grant has changed; nothing is stored, so read it again
   */
  claimDeviceGrant(
    deviceCodeHash: string,
    now: number,
    claim: { sealedGrant: string; resealed: string; deviceSession: NewDeviceSession; beganAt?: number | undefined },
  ): Promise<boolean>;
  /**
   * Consumes an allowed grant exactly once and erases its sealed data. Its session then expires at
   * `absoluteExpiresAt`. If the session has since ended, the result is false and the grant becomes `denied`.
   */
  redeemDeviceGrant(
    deviceCodeHash: string,
    now: number,
    session: { id: string; absoluteExpiresAt: number; report: Report },
  ): Promise<boolean>;
  /**
   * Sets the allowed but unredeemed grants of a person or of a client to `denied`, or all that match the filter,
   * pending ones included. Does not end existing device sessions.
   */
  denyGrantsOf(who: { sub: string } | { clientId: string } | { where: SignInFilter }): Promise<void>;
}

export interface DeviceSessionStore {
  getDeviceSession(id: string): Promise<DeviceSession | undefined>;
  /**
   * Replaces the device's refresh token with the next one, along with the provider's refresh token sealed under it.
   * Increments `version`, so a refresh that read the row earlier can't write a token sealed under the old one.
   *
   * @returns false if the row has changed or ended, or if a refresh is in flight; read it again
   */
  rotateRefreshToken(
    id: string,
    rotation: {
      version: number;
      expectCurrentHash: string;
      newCurrentHash: string;
      sealedRefresh: string | undefined;
      ringKid: string | undefined;
      /** The DPoP key to bind the refresh token to; absent leaves it as it is. */
      jkt?: string | undefined;
      now: number;
      /** Client IP address. */
      from?: string | undefined;
    },
  ): Promise<boolean>;
  /** @returns false if the session does not exist or has ended */
  renameDeviceSession(id: string, name: string, report?: Report): Promise<boolean>;
  setDeviceSessionState(id: string, from: readonly UnendedState[], to: UnendedState): Promise<boolean>;
  endDeviceSession(id: string, reason: string, now: number, report?: Report): Promise<boolean>;
  /** Lists the person's device sessions that have not ended, newest first. */
  listDeviceSessions(sub: string): Promise<DeviceSession[]>;
  /** Like `endSessionsOf`, but a provider's `sid` does not apply to devices. */
  endDeviceSessionsOf(
    who: { sub: string } | { clientId: string } | ProviderPerson,
    olderThan: number,
    reason: string,
    now: number,
    report?: (ended: EndedSignIn[]) => Report,
  ): Promise<string[]>;
}

export interface SigningKeyStore {
  /** Oldest first. */
  listSigningKeys(): Promise<SigningKey[]>;
  /**
   * Inserts a key. If several processes start at once, only one succeeds.
   *
   * @returns false if another key of this algorithm is already `active` (or `next`)
   */
  insertSigningKey(key: SigningKey): Promise<boolean>;
  /**
   * Changes a key's state. Activating a key retires the previously active one of its algorithm atomically.
   *
   * @param notAfter applies to the key being retired
   * @returns false if the key does not exist
   */
  setSigningKeyState(kid: string, state: SigningKeyState, notAfter?: number, report?: Report): Promise<boolean>;
  /**
   * Deletes signing keys, and fills the places that become empty in the same transaction: `next` becomes `active`, and
   * what is still missing comes from `spares`. There is never a moment without an active key.
   *
   * @param kids keys that don't exist (any more) are ignored
   * @param spares an `active` key and a `next` key of each algorithm
   */
  revokeSigningKeys(
    kids: readonly string[] | 'all',
    spares: readonly SigningKey[],
    report?: (result: RevokedKeys) => Report,
  ): Promise<RevokedKeys>;
}

/** IDs of keys. */
export interface RevokedKeys {
  revoked: string[];
  /** The keys that sign now, and those that are next: one of each algorithm. */
  active: string[];
  next: string[];
}

export interface RevocationStore {
  /**
   * Records that everything of the target that began at or before its time is revoked. Call it before `endSessionsOf`,
   * so a session inserted concurrently is either rejected by the tombstone or ended by `endSessionsOf`.
   *
   * @param report written in the same transaction, unless it is a replay
   * @returns false if an equal or later tombstone exists (a replay)
   */
  addTombstone(tombstone: Tombstone, expiresAt: number, report?: Report): Promise<boolean>;
  /** Whether there is a tombstone for this access token. */
  isTokenRevoked(jti: string): Promise<boolean>;
  /**
   * Records a hint about a person. Call it before `recheckEverythingOf`, so a session inserted concurrently is marked
   * either way.
   *
   * @param at by the broker's clock
   */
  addHint(target: ProviderPerson, at: number, expiresAt: number): Promise<void>;
  /**
   * Sets the person's sessions and devices that get tokens to `recheck`, and increments `rechecks`.
   *
   * @returns how many
   */
  recheckEverythingOf(sub: string): Promise<number>;
  /**
   * Publishes a revocation to all replicas. Events are kept for one day.
   *
   * @returns the sequence number of the event; a reader that has seen a number has seen all earlier ones
   */
  appendRevocation(event: Record<string, unknown>, now: number): Promise<number>;
  revocationsAfter(seq: number, limit: number): Promise<Revocation[]>;
  /** Sequence number of the last stored revocation, or 0 if there is none. */
  lastRevocation(): Promise<number>;
  /**
   * Subscribes to hints that new revocations may exist: immediately for this store's own, and for those of other
   * replicas if the database supports notifications. Hints may be lost, so callers must also poll.
   *
   * @returns a function that unsubscribes
   */
  onRevocation(listener: () => void): () => void;
}

/** Rate limits and replay detection. Writes survive a killed process, but possibly not a power failure. */
export interface LimitStore {
  /** @returns true for exactly one caller until the key expires, even under concurrent calls */
  rememberOnce(key: string, expiresAt: number, now: number): Promise<boolean>;
  /**
   * Counts a hit in a fixed window, which the first hit opens.
   *
   * @returns the count including this hit
   */
  hit(key: string, windowMs: number, now: number): Promise<{ count: number; resetsAt: number }>;
  /** Removes one hit from the window that ends at `resetsAt`. Later windows are unaffected. */
  takeBack(key: string, resetsAt: number): Promise<void>;
  /** Returns the current count without adding a hit. */
  peek(key: string, now: number): Promise<number>;
}

/**
 * The audit log. Entries are only ever added. Batches seal them later, so that adding an entry waits for no other, and
 * one that becomes visible late still gets into a batch.
 */
export interface AuditStore {
  /** For what changes nothing in the store. Changes take their entries as a `report`. */
  appendAudit(entry: AuditEntry, now: number): Promise<void>;
  auditAfter(seq: number, limit: number): Promise<StoredAuditEntry[]>;
  /**
   * The entries about a person, the newest first.
   *
   * @param page `before` is the `seq` of the last entry of the previous page
   */
  auditOf(sub: string, page: { before?: number | undefined; limit: number }): Promise<StoredAuditEntry[]>;
  /**
   * Seals up to `limit` entries in the next batch. Only one process does so at a time.
   *
   * @param how `deleteBefore` deletes older batches with their entries, at most 100 batches per call. `seal` may be
   *   called several times
   * @returns the batch, or `undefined` if there is nothing to seal or to delete
   */
  sealAudit(how: {
    limit: number;
    deleteBefore?: number | undefined;
    seal: (batch: UnsealedBatch) => Pick<AuditBatch, 'hash' | 'ringKid' | 'mac' | 'at'>;
  }): Promise<AuditBatch | undefined>;
  /** The batches after that number, in order. */
  auditBatchesAfter(number: number, limit: number): Promise<AuditBatch[]>;
  lastAuditBatch(): Promise<AuditBatch | undefined>;
  /** The entries of a batch, in the order in which they were sealed. */
  auditOfBatch(number: number): Promise<StoredAuditEntry[]>;
  /** Counts the entries that are not sealed yet, and those whose batch does not exist. */
  countLooseAudit(): Promise<{ unsealed: number; orphaned: number }>;
}

/** The configuration that brokers last ran with. */
export interface ConfigStore {
  /**
   * Replaces the digests of the configuration. Concurrent calls take turns.
   *
   * @param replace gets the stored digests, `undefined` at first. It may be called several times
   */
  replaceConfigDigests(
    replace: (before: ConfigDigests | undefined) => { digests: ConfigDigests; report: Report | undefined },
  ): Promise<void>;
}

/** Takes a person out of the audit log. Entries keep their number, time and type, and the chain stays as it was. */
export interface AuditRedactionStore {
  /**
   * Rewrites the entries that `redact` changes, in a limited number of batches. Call it until it returns none.
   *
   * @param who entries of this `sub`, and those whose `detail` contains one of the values in any case, are looked at
   * @param how `redact` returns the entry without the person, or `undefined` to leave it. `contentHash` is the hash of
   *   a batch as it is then, and goes into the new batch. All may be called several times
   * @returns the batch that says which ones were changed; `undefined` if none was that had been sealed
   */
  redactAudit(
    who: { sub: string; values: readonly string[] },
    how: {
      redact: (entry: StoredAuditEntry) => StoredAuditEntry | undefined;
      contentHash: (batch: AuditBatch & { entries: StoredAuditEntry[] }) => string;
      seal: (batch: UnsealedBatch) => Pick<AuditBatch, 'hash' | 'ringKid' | 'mac' | 'at'>;
    },
  ): Promise<AuditBatch | undefined>;
}
