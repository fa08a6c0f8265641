import type { Clock } from '@latchkey/shared/time.ts';
import type { Config } from '../config/types.ts';
import type { AuditEntry, LogoutTarget, SessionsOf, Store, Tombstone } from '../store/store.ts';
import { revoked } from './publisher.ts';

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
  /** The entries for the audit log. */
  audit(ended: Ended): AuditEntry[];
}

export interface EndingDeps {
  config: Pick<Config, 'session' | 'devices'>;
  store: Pick<
    Store,
    | 'addTombstone'
    | 'endSessionsOf'
    | 'denyAllowedGrantsOf'
    | 'endDeviceSession'
    | 'endDeviceSessionsOf'
    | 'appendAudit'
  >;
  now: Clock;
}

/** `issuedAt` is by the provider's clock, so the broker's clock is no bound for it. */
const unbounded = Number.MAX_SAFE_INTEGER;

/**
 * Ends sign-ins. This is the only way to do so, because the order of the steps makes it safe:
 *
 * 1. Write the tombstone, which stops a sign-in or refresh in progress.
 * 2. End browser sessions. Their event is published in the same transaction, so open tabs do not wait for the devices,
 *    and no failure comes between.
 * 3. End allowed device requests before devices, so that a request being redeemed is ended as one or the other.
 * 4. Write the audit log once everything has ended.
 *
 * A single row needs no tombstone: a refresh in progress finds it ended, and a sign-in that replaces it is refused.
 * Repeating the call is harmless.
 */
export async function endSignIns(deps: EndingDeps, { signIns, reason, audit }: Ending): Promise<Ended> {
  const { store, now } = deps;
  const tombstone = tombstoneOf(signIns, now());
  if (tombstone) await store.addTombstone(tombstone, now() + longestSessionMs(deps.config));
  const sessions = await endBrowsers(deps, signIns, reason);
  const holder = holderOf(signIns);
  if (holder) await store.denyAllowedGrantsOf(holder);
  const devices = await endDevices(deps, signIns, reason);
  const ended = { sessions, devices };
  for (const entry of audit(ended)) await store.appendAudit(entry, now());
  return ended;
}

/** Returns an audit entry for each ended session and device. */
export const auditEach =
  (sub: string, reason: string) =>
  ({ sessions, devices }: Ended): AuditEntry[] => [
    ...sessions.map((session) => ({ type: 'session.ended', sub, detail: { session, reason } })),
    ...devices.map((device) => ({ type: 'device.ended', sub, detail: { device, reason } })),
  ];

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

async function endBrowsers({ store, now }: EndingDeps, signIns: SignIns, reason: string): Promise<string[]> {
  const end = (who: SessionsOf, olderThan = unbounded) =>
    store.endSessionsOf(who, olderThan, reason, now(), revoked(reason));
  switch (signIns.of) {
    case 'provider':
      return end(signIns.target, signIns.until);
    case 'person':
      return end({ sub: signIns.person.sub });
    case 'browser':
      // A session that was replaced lives on in its successor.
      return end(reason === 'replaced' ? { id: signIns.id } : { browser: signIns.id });
    case 'client':
    case 'device':
      return [];
  }
}

async function endDevices({ store, now }: EndingDeps, signIns: SignIns, reason: string): Promise<string[]> {
  switch (signIns.of) {
    case 'provider':
      // A device outlives the provider session in which it was allowed.
      return 'sid' in signIns.target ? [] : store.endDeviceSessionsOf(signIns.target, signIns.until, reason, now());
    case 'person':
      return store.endDeviceSessionsOf({ sub: signIns.person.sub }, unbounded, reason, now());
    case 'client':
      return store.endDeviceSessionsOf({ clientId: signIns.clientId }, unbounded, reason, now());
    case 'browser':
      return [];
    case 'device':
      return (await store.endDeviceSession(signIns.id, reason, now())) ? [signIns.id] : [];
  }
}
