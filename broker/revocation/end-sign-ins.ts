import type { Clock } from '@latchkey/shared/time.ts';
import type { Config } from '../config/types.ts';
import type {
  AuditEntry,
  EndedSignIn,
  GrantKind,
  LogoutTarget,
  Report,
  SignInFilter,
  Store,
  Tombstone,
} from '../store/store.ts';
import type { BrokerEvent } from './publisher.ts';

/** The sign-ins to end. */
export type SignIns =
  /**
   * What the provider says is over: its session, or the person as the provider identifies them. `until` is when, in
   * milliseconds by the provider's clock: a late or repeated logout ends nothing that began later.
   */
  | { of: 'provider'; target: LogoutTarget; until: number }
  /** Everything of a person that the broker knows. */
  | { of: 'person'; person: { sub: string } }
  /** All devices of a client, whoever allowed them. */
  | { of: 'client'; clientId: string }
  /** One browser, by its session, or one device. */
  | { of: 'browser' | 'device'; id: string };

/** The row IDs of the ended sign-ins. */
export interface Ended {
  sessions: string[];
  devices: string[];
}

export interface Ending {
  signIns: SignIns;
  /** Recorded in the rows and in the event. */
  reason: string;
  /**
   * The entries for the audit log. Called for the browser sessions and for the devices, because each step is written
   * together with its entries. If several people's sign-ins may end, `owners` says whose each one was.
   */
  audit(ended: Ended, owners: readonly EndedSignIn[]): AuditEntry[];
}

export interface EndingDeps {
  config: Pick<Config, 'session' | 'devices'>;
  store: Pick<
    Store,
    'addTombstone' | 'endSession' | 'endSessionsOf' | 'denyGrantsOf' | 'endDeviceSession' | 'endDeviceSessionsOf'
  >;
  now: Clock;
}

/** `issuedAt` is by the provider's clock, so the broker's clock is no bound for it. */
const unbounded = Number.MAX_SAFE_INTEGER;

/**
 * Ends sign-ins. This and {@link endSignInsOfAll} are the only ways to do so, because the order of the steps makes it
 * safe:
 *
 * 1. Write the tombstone, which stops a sign-in or refresh in progress.
 * 2. End browser sessions first, so that open tabs do not wait for the devices.
 * 3. End allowed device requests before devices, so that a request being redeemed is ended as one or the other.
 *
 * The event for open tabs and the audit entries are in the same transaction as the end that they report. After a
 * failure between two steps, nothing that was done is unreported, and a repeated call does the rest.
 *
 * A single row needs no tombstone: a refresh in progress finds it ended, and a sign-in that replaces it is refused.
 * Repeating the call is harmless.
 */
export async function endSignIns(deps: EndingDeps, ending: Ending): Promise<Ended> {
  const { store, now } = deps;
  const { signIns } = ending;
  const tombstone = tombstoneOf(signIns, now());
  if (tombstone) await layTombstone(deps, tombstone);
  const sessions = await endBrowsers(deps, ending);
  const holder = holderOf(signIns);
  if (holder) await store.denyGrantsOf(holder);
  const devices = await endDevices(deps, ending);
  return { sessions, devices };
}

/** How many sign-ins end in one transaction, and how many one event names. */
const batch = 500;

/** How many sign-ins have ended. */
export interface EndedCounts {
  sessions: number;
  devices: number;
}

/**
 * Ends the sign-ins of everyone who matches, in batches, so that no lock is held for long. As {@link endSignIns}
 * does, it ends what is in progress too, if the filter is about nothing but the provider: other conditions are about
 * stored rows.
 *
 * @param options `reason` is recorded in the rows, the events and the audit entries
 */
export async function endSignInsOfAll(
  deps: EndingDeps & { store: Pick<Store, 'endSignInsWhere'> },
  filter: SignInFilter,
  { reason }: { reason: string },
): Promise<EndedCounts> {
  const { store, now } = deps;
  const { upstream, ...rows } = filter;
  if (Object.values(rows).every((condition) => condition === undefined)) {
    const at = now();
    await layTombstone(deps, upstream === undefined ? { everything: true, at } : { upstream, at });
  }
  const endAll = async (kind: GrantKind): Promise<number> => {
    const report = (ended: EndedSignIn[]): Report => ({
      at: now(),
      audit: ended.flatMap(({ id, sub }) =>
        auditEach(sub, reason)(kind === 'session' ? { sessions: [id], devices: [] } : { sessions: [], devices: [id] }),
      ),
      events: kind === 'session' ? revokedEvents(idsOf(ended), reason) : endedEvents(idsOf(ended)),
    });
    for (let count = 0; ; ) {
      const ended = await store.endSignInsWhere(kind, filter, { limit: batch, reason, now: now(), report });
      count += ended.length;
      if (ended.length === 0) return count;
    }
  };
  const sessions = await endAll('session');
  await store.denyGrantsOf({ where: filter });
  return { sessions, devices: await endAll('device') };
}

const idsOf = (ended: readonly EndedSignIn[]): string[] => ended.map(({ id }) => id);

const layTombstone = ({ store, config, now }: EndingDeps, tombstone: Tombstone): Promise<boolean> =>
  store.addTombstone(tombstone, now() + longestSessionMs(config));

/** Events of a limited size: every open stream looks through each. */
const revokedEvents = (sessions: readonly string[], reason: string): BrokerEvent[] =>
  batches(sessions).map((some) => ({ type: 'revoked', sessions: some, reason }));

/** For replicas that remember which devices are signed in. */
const endedEvents = (devices: readonly string[]): BrokerEvent[] =>
  batches(devices).map((some) => ({ type: 'ended', devices: some }));

function batches(ids: readonly string[]): string[][] {
  const all: string[][] = [];
  for (let from = 0; from < ids.length; from += batch) all.push(ids.slice(from, from + batch));
  return all;
}

/** Returns an audit entry for each ended session and device. */
export const auditEach =
  (sub: string, reason: string) =>
  ({ sessions, devices }: Ended): AuditEntry[] => [
    ...sessions.map((session) => ({ type: 'session.ended', sub, detail: { session, reason } })),
    ...devices.map((device) => ({ type: 'device.ended', sub, detail: { device, reason } })),
  ];

/**
 * Returns the entries that people find among their own, for an end that has one entry for all of them.
 *
 * @param owners of the browser sessions, or of the devices, in `ended`
 */
export const auditOwners = ({ devices }: Ended, owners: readonly EndedSignIn[], reason: string): AuditEntry[] =>
  owners.flatMap(({ id, sub }) =>
    auditEach(sub, reason)(devices.includes(id) ? { sessions: [], devices: [id] } : { sessions: [id], devices: [] }),
  );

/** The lifetime that a tombstone has to exceed. */
const longestSessionMs = ({ session, devices }: EndingDeps['config']): number =>
  Math.max(session.absoluteMs, ...[...devices.values()].map(({ sessionMs }) => sessionMs));

function tombstoneOf(signIns: SignIns, at: number): Tombstone | undefined {
  switch (signIns.of) {
    case 'provider':
      return { ...signIns.target, iat: signIns.until };
    case 'person':
      return { sub: signIns.person.sub, at };
    case 'client':
      return { clientId: signIns.clientId, at };
    case 'browser':
    case 'device':
      return undefined;
  }
}

/** Returns the holder whose allowed device requests are denied. A provider's are met by its tombstone. */
function holderOf(signIns: SignIns): { sub: string } | { clientId: string } | undefined {
  if (signIns.of === 'person') return { sub: signIns.person.sub };
  return signIns.of === 'client' ? { clientId: signIns.clientId } : undefined;
}

async function endBrowsers({ store, now }: EndingDeps, { signIns, reason, audit }: Ending): Promise<string[]> {
  const report = (owners: EndedSignIn[], sessions = idsOf(owners)): Report => ({
    at: now(),
    audit: audit({ sessions, devices: [] }, owners),
    events: revokedEvents(sessions, reason),
  });
  const ifAny = (owners: EndedSignIn[]): Report => (owners.length > 0 ? report(owners) : { at: now() });
  switch (signIns.of) {
    case 'provider':
      return store.endSessionsOf(signIns.target, signIns.until, reason, now(), report);
    case 'person':
      return store.endSessionsOf({ sub: signIns.person.sub }, unbounded, reason, now(), report);
    case 'browser': {
      const { id } = signIns;
      // A session that was replaced lives on in its successor.
      if (reason !== 'replaced') return store.endSessionsOf({ browser: id }, unbounded, reason, now(), ifAny);
      const sessions = [id];
      return (await store.endSession(signIns.id, reason, now(), report([], sessions))) ? sessions : [];
    }
    case 'client':
    case 'device':
      return [];
  }
}

async function endDevices({ store, now }: EndingDeps, { signIns, reason, audit }: Ending): Promise<string[]> {
  const report = (owners: EndedSignIn[], devices = idsOf(owners)): Report => ({
    at: now(),
    audit: audit({ sessions: [], devices }, owners),
    events: endedEvents(devices),
  });
  /** The browsers' entry is there already. */
  const ifAny = (owners: EndedSignIn[]): Report => (owners.length > 0 ? report(owners) : { at: now() });
  switch (signIns.of) {
    case 'provider':
      // A device outlives the provider session in which it was allowed.
      return 'sid' in signIns.target
        ? []
        : store.endDeviceSessionsOf(signIns.target, signIns.until, reason, now(), ifAny);
    case 'person':
      return store.endDeviceSessionsOf({ sub: signIns.person.sub }, unbounded, reason, now(), ifAny);
    case 'client':
      return store.endDeviceSessionsOf({ clientId: signIns.clientId }, unbounded, reason, now(), report);
    case 'browser':
      return [];
    case 'device': {
      const devices = [signIns.id];
      return (await store.endDeviceSession(signIns.id, reason, now(), report([], devices))) ? devices : [];
    }
  }
}
