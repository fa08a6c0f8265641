import type { Clock } from '@latchkey/shared/time.ts';
import type { Config } from '../config/types.ts';
import type { AuditEntry, LogoutTarget, Store } from '../store/store.ts';
import type { Publisher } from './publisher.ts';

/** The sign-ins to end. */
export type SignIns =
  /** The provider's session, or the person as the provider identifies them. */
  | { of: 'provider'; target: LogoutTarget }
  /** A person that the broker knows. */
  | { of: 'person'; person: { sub: string; issuer: string; idpSub: string } }
  /** All devices of a client, whoever allowed them. */
  | { of: 'client'; clientId: string }
  /** One browser session or one device. */
  | { of: 'browser' | 'device'; id: string };

/** The row IDs of the ended sign-ins. */
export interface Ended {
  sessions: string[];
  devices: string[];
}

export interface Ending {
  signIns: SignIns;
  /**
   * Ends only what began at or before this time, in milliseconds by the provider's clock. If absent, ends everything
   * that exists now, including device requests that were allowed but not redeemed yet.
   */
  until?: number | undefined;
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
    | 'endSession'
    | 'endSessionsOf'
    | 'denyAllowedGrantsOf'
    | 'endDeviceSession'
    | 'endDeviceSessionsOf'
    | 'appendAudit'
  >;
  feed: Publisher;
  now: Clock;
}

/**
 * `issuedAt` is the provider's time, which may be ahead of the broker's clock, so no bound from the broker's clock is
 * safe for stored rows.
 */
const unbounded = Number.MAX_SAFE_INTEGER;

/**
 * Ends sign-ins. This is the only way to do so, because the order of the steps makes it safe:
 *
 * 1. Write the tombstone, which stops a sign-in or refresh in progress.
 * 2. End browser sessions and publish their event at once, so that open tabs do not wait for the devices.
 * 3. End allowed device requests before devices, so that a request being redeemed is ended as one or the other.
 * 4. Write the audit log once everything has ended.
 *
 * A single row needs no tombstone, because a refresh in progress finds the row ended. Repeating the call is harmless.
 */
export async function endSignIns(deps: EndingDeps, { signIns, until, reason, audit }: Ending): Promise<Ended> {
  const { store, feed, now } = deps;
  const target = targetOf(signIns);
  if (target) await store.addTombstone({ ...target, iat: until ?? now() }, now() + longestSessionMs(deps.config));
  const olderThan = until ?? unbounded;
  const sessions = await endBrowsers(deps, signIns, { olderThan, reason });
  if (sessions.length > 0) await feed.publish({ type: 'revoked', sessions, reason });
  const holder = until === undefined ? holderOf(signIns) : undefined;
  if (holder) await store.denyAllowedGrantsOf(holder);
  const devices = await endDevices(deps, signIns, { olderThan, reason });
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

function targetOf(signIns: SignIns): LogoutTarget | undefined {
  if (signIns.of === 'provider') return signIns.target;
  if (signIns.of !== 'person') return undefined;
  const { issuer, idpSub } = signIns.person;
  return { issuer, idpSub };
}

/** Returns the holder whose allowed device requests are denied. */
function holderOf(signIns: SignIns): { sub: string } | { clientId: string } | undefined {
  if (signIns.of === 'person') return { sub: signIns.person.sub };
  return signIns.of === 'client' ? { clientId: signIns.clientId } : undefined;
}

interface Bound {
  olderThan: number;
  reason: string;
}

async function endBrowsers({ store, now }: EndingDeps, signIns: SignIns, { olderThan, reason }: Bound) {
  switch (signIns.of) {
    case 'provider':
      return store.endSessionsOf(signIns.target, olderThan, reason, now());
    case 'person':
      return store.endSessionsOf({ sub: signIns.person.sub }, olderThan, reason, now());
    case 'browser':
      return (await store.endSession(signIns.id, reason, now())) ? [signIns.id] : [];
    case 'client':
    case 'device':
      return [];
  }
}

async function endDevices({ store, now }: EndingDeps, signIns: SignIns, { olderThan, reason }: Bound) {
  switch (signIns.of) {
    case 'provider':
      // A device outlives the provider session in which it was allowed.
      return 'sid' in signIns.target ? [] : store.endDeviceSessionsOf(signIns.target, olderThan, reason, now());
    case 'person':
      return store.endDeviceSessionsOf({ sub: signIns.person.sub }, olderThan, reason, now());
    case 'client':
      return store.endDeviceSessionsOf({ clientId: signIns.clientId }, olderThan, reason, now());
    case 'browser':
      return [];
    case 'device':
      return (await store.endDeviceSession(signIns.id, reason, now())) ? [signIns.id] : [];
  }
}
