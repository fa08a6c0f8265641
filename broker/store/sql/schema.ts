import type { Generated, Kysely } from 'kysely';
import type {
  AuditBatch,
  ConfigDigests,
  Consent,
  DeviceGrant,
  DeviceSession,
  PageSession,
  Person,
  ProviderClient,
  Revocation,
  Rotates,
  Session,
  SigningKey,
  Site,
  StoredAuditEntry,
} from '../model.ts';
import type { TransactionKind } from '../store.ts';
import type { Row } from './row.ts';

/**
 * Table types for both dialects. Columns are only text or 64-bit integers. They are snake_case in the database and
 * camelCase here (Kysely's CamelCasePlugin). The types derive from the model, so the compiler reports missing fields.
 * The actual database schema is defined in `migrations/`.
 */
export interface Schema {
  /** `emailKey` is `emailKey(email)`. */
  people: Row<Person> & { emailKey: string | null; createdAt: number; updatedAt: number };
  transactions: Row<SignInTransaction, 'data'>;
  sessions: Row<Session, 'claims'>;
  pageSessions: Row<PageSession, 'groups'>;
  deviceSessions: Row<DeviceSession, 'claims' | 'scopes'>;
  deviceGrants: Row<DeviceGrant, 'claims' | 'scopes' | 'numbers'> & {
    /** 1 if the last poll came too soon. Lets the single poll statement return its result. */
    slowed: number;
  };
  consents: Row<Consent, 'scopes'>;
  sites: Row<Site>;
  refreshRotation: ProviderClient & { rotates: Rotates; seenAt: number };
  signingKeys: Row<SigningKey, 'publicJwk'>;
  tombstones: { issuer: string; kind: TombstoneKind; value: string; iat: number; expiresAt: number };
  revocations: WithoutSeq<Row<Revocation, 'event'>> & { expiresAt: number };
  audit: WithoutSeq<Row<StoredAuditEntry, 'detail'>> & {
    /** The batch that seals the entry; null until then. */
    batch: Generated<number | null>;
  };
  auditBatches: Row<AuditBatch, 'redacted'>;
  configDigests: Row<ConfigDigests, 'sections'> & { name: string };
  replay: { key: string; expiresAt: number };
  rateLimits: { key: string; count: number; resetsAt: number };
  migrations: { name: string; appliedAt: number; appliedBy: string | null; oldestBroker: string | null };
}

export interface SignInTransaction {
  id: string;
  kind: TransactionKind;
  data: Record<string, unknown>;
  expiresAt: number;
}

/** What `value` is, and by whose clock `iat` counts. */
export type TombstoneKind =
  /** By the provider's clock. `no_sid`: sign-ins of this `sub` for which the provider named no session. */
  | 'sid'
  | 'sub'
  | 'no_sid'
  | 'email'
  /** By the broker's clock; `issuer` is empty. */
  | 'person'
  | 'client'
  | 'upstream'
  | 'everything'
  | 'token'
  /** Hints, by the broker's clock. */
  | 'hint_sub'
  | 'hint_email';

type WithoutSeq<T> = Omit<T, 'seq'> & { seq: Generated<number> };

export type Db = Kysely<Schema>;
