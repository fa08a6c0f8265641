import { test } from 'vitest';
import type { NewDeviceSession, NewSession, Person, Store } from '../../../broker/store/store.ts';
import { id, newDeviceGrant, newDeviceSession, newPerson, newSession, t0 } from './values.ts';

export * from './values.ts';

/** A separate database for one test. */
export interface Subject {
  store: Store;
  /** Three connections to the same database, including `store`. To the database, they look like replicas. */
  replicas: Store[];
  /** Advances the database's clock by at least this many milliseconds. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** `test` with a subject that is opened before and closed after each test. */
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

export async function insertedSession(store: Store, person: Person, values: Partial<NewSession> = {}) {
  const session = { ...newSession(person), ...values };
  await store.insertSession(session);
  return session;
}

/** Creates it like a device would: request, approval, redemption. */
export async function insertedDeviceSession(store: Store, person: Person, values: Partial<NewDeviceSession> = {}) {
  const session = { ...newDeviceSession(person), ...values };
  const grant = await allowedGrant(store, person, session.clientId);
  await claimGrant(store, grant, session);
  await redeemGrant(store, grant, session);
  return session;
}

type Allowed = { deviceCodeHash: string; sealedGrant: string };

export const claimGrant = (store: Store, { deviceCodeHash, sealedGrant }: Allowed, deviceSession: NewDeviceSession) =>
  store.claimDeviceGrant(deviceCodeHash, t0, { sealedGrant, resealed: id(), deviceSession });

export const redeemGrant = (
  store: Store,
  { deviceCodeHash }: Pick<Allowed, 'deviceCodeHash'>,
  session: Pick<NewDeviceSession, 'id' | 'absoluteExpiresAt'>,
) =>
  store.redeemDeviceGrant(deviceCodeHash, t0, {
    id: session.id,
    absoluteExpiresAt: session.absoluteExpiresAt,
    report: { at: t0, audit: [{ type: 'device.created', detail: { device: session.id } }] },
  });

export async function allowedGrant(store: Store, { sub }: Person, clientId?: string) {
  const grant = { ...newDeviceGrant(), ...(clientId === undefined ? {} : { clientId }) };
  const claims = { groups: ['staff'] };
  const decision = { decision: 'allow' as const, sub, sealedGrant: id(), claims, scopes: ['orders:read'] };
  await store.insertDeviceGrant(grant);
  await store.decideDeviceGrant(grant.deviceCodeHash, decision, t0);
  return { ...grant, ...decision };
}

/** Runs the same operation concurrently, spread over the replicas. */
export const parallel = <T>(count: number, replicas: readonly Store[], work: (store: Store, n: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, n) => work(replicas[n % replicas.length] as Store, n)));

export const countOf = <T>(results: readonly T[], value: T) => results.filter((result) => result === value).length;
