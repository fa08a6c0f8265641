import { randomBytes } from 'node:crypto';
import { test } from 'vitest';
import type {
  NewDeviceGrant,
  NewDeviceSession,
  NewSession,
  Person,
  SigningKey,
  Store,
} from '../../../broker/store/store.ts';

/** A database of its own for one test. */
export interface Subject {
  store: Store;
  /** Three connections to the same database, `store` among them: replicas, as far as the database can tell. */
  replicas: Store[];
  /** Lets the database's clock go on by at least so many milliseconds. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** `test` with a subject, which is opened before and closed after. */
export const storeTest = (open: () => Promise<Subject>) =>
  test.extend<{ subject: Subject; store: Store; person: Person }>({
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads from it which fixtures are needed: none
    subject: async ({}, use) => {
      const subject = await open();
      await use(subject);
      await subject.close();
    },
    store: ({ subject }, use) => use(subject.store),
    person: async ({ store }, use) => use(await store.upsertPerson(newPerson(), t0)),
  });

export type StoreTest = ReturnType<typeof storeTest>;

/** When it happens. */
export const t0 = 1_800_000_000_000;
export const minute = 60_000;

export const id = () => randomBytes(32).toString('base64url');

export const issuer = 'https://idp.example.com';

export const newPerson = () => ({
  newSub: id(),
  issuer,
  idpSub: id(),
  upstream: 'idp',
  name: 'Ada',
  email: 'ada@example.com',
});

const grantOf = (person: Person) => ({
  sub: person.sub,
  upstream: person.upstream,
  issuer: person.issuer,
  sid: id(),
  issuedAt: t0,
  sealedRefresh: id(),
  ringKid: 'ring-1',
  claims: { groups: ['staff', 'ops'], auth_time: t0 / 1_000, amr: ['pwd'] },
  refreshedAt: t0,
  createdAt: t0,
  absoluteExpiresAt: t0 + 60 * minute,
});

export const newSession = (person: Person): NewSession => ({
  ...grantOf(person),
  id: id(),
  jkt: id(),
  secretCheck: id(),
  idleExpiresAt: t0 + 10 * minute,
  userAgent: 'Browser/1.0',
});

export const newDeviceSession = (person: Person): NewDeviceSession => ({
  ...grantOf(person),
  id: id(),
  clientId: 'tv',
  currentHash: id(),
  scopes: ['orders:read'],
  resource: 'https://api.example.com',
  name: 'Living room',
});

export const newDeviceGrant = (): NewDeviceGrant => ({
  deviceCodeHash: id(),
  userCodeHash: id(),
  clientId: 'tv',
  scopes: ['openid', 'orders:read'],
  resource: 'https://api.example.com',
  publicKey: id(),
  ringKid: 'ring-1',
  interval: 5,
  createdAt: t0,
  expiresAt: t0 + 10 * minute,
  ip: '192.0.2.1',
});

export const newSigningKey = (state: SigningKey['state']): SigningKey => ({
  kid: id(),
  state,
  publicJwk: { kty: 'EC', crv: 'P-256', x: id(), y: id() },
  sealedPrivate: id(),
  ringKid: 'ring-1',
  createdAt: t0,
});

export async function insertedSession(store: Store, person: Person, values: Partial<NewSession> = {}) {
  const session = { ...newSession(person), ...values };
  await store.insertSession(session);
  return session;
}

/** As devices get theirs: asked for, allowed, redeemed. */
export async function insertedDeviceSession(store: Store, person: Person, values: Partial<NewDeviceSession> = {}) {
  const session = { ...newDeviceSession(person), ...values };
  const grant = await allowedGrant(store, person);
  await store.redeemDeviceGrant(grant.deviceCodeHash, t0, session);
  return session;
}

export async function allowedGrant(store: Store, { sub }: Person) {
  const grant = newDeviceGrant();
  const claims = { groups: ['staff'] };
  const decision = { decision: 'allow' as const, sub, sealedGrant: id(), claims, scopes: ['orders:read'] };
  await store.insertDeviceGrant(grant);
  await store.decideDeviceGrant(grant.deviceCodeHash, decision, t0);
  return { ...grant, ...decision };
}

/** The same at once, spread over the replicas. */
export const parallel = <T>(count: number, replicas: readonly Store[], work: (store: Store, n: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, n) => work(replicas[n % replicas.length] as Store, n)));

export const countOf = <T>(results: readonly T[], value: T) => results.filter((result) => result === value).length;
