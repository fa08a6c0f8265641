import type { Clock } from '@latchkey/shared/time.ts';
import type { Config } from '../config/types.ts';
import type { AuditEntry, LogoutTarget, Store } from '../store/store.ts';
import type { Publisher } from './publisher.ts';

/** Whose sign-ins end. */
export type SignIns =
  /** The provider's session, or the person as the provider names them. */
  | { of: 'provider'; target: LogoutTarget }
  /** A person whom the broker knows. */
  | { of: 'person'; person: { sub: string; issuer: string; idpSub: string } }
  /** All devices of a client, whoever has allowed them. */
  | { of: 'client'; clientId: string }
  /** One browser session or one device. */
  | { of: 'browser' | 'device'; id: string };

/** The row ids of what has ended. */
export interface Ended {
  sessions: string[];
  devices: string[];
}

export interface Ending {
  signIns: SignIns;
  /**
   * Only what began at or before it ends, in milliseconds by the provider's clock. Absent: whatever there is now, with
   * the devices that a person has allowed and that have not fetched their tokens.
   */
  until?: number | undefined;
  /** Stands in the rows and in the event. */
  reason: string;
  /** What the audit log says of it. */
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

/** `issuedAt` is the provider's time, which may be ahead of ours: no bound of our own is safe for what is stored. */
const unbounded = Number.MAX_SAFE_INTEGER;

/**
 * Ends sign-ins: the only way to do it. The order is what makes it safe:
 *
 * 1. the tombstone, so that a sign-in or a refresh in progress meets it;
 * 2. browser sessions, and their event at once: open tabs don't wait for the devices;
 * 3. allowed device requests before devices, so that one of the two ends what is being redeemed;
 * 4. the audit log, when everything has ended.
 *
 * One row needs no tombstone: a refresh in progress finds the row ended. A repetition does no harm.
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

/** An entry for each session and device that has ended. */
export const auditEach =
  (sub: string, reason: string) =>
  ({ sessions, devices }: Ended): AuditEntry[] => [
    ...sessions.map((session) => ({ type: 'session.ended', sub, detail: { session, reason } })),
    ...devices.map((device) => ({ type: 'device.ended', sub, detail: { device, reason } })),
  ];

/** What a tombstone has to outlive. */
const longestSessionMs = ({ session, devices }: EndingDeps['config']): number =>
  Math.max(session.absoluteMs, ...[...devices.values()].map(({ sessionMs }) => sessionMs));

function targetOf(signIns: SignIns): LogoutTarget | undefined {
  if (signIns.of === 'provider') return signIns.target;
  if (signIns.of !== 'person') return undefined;
  const { issuer, idpSub } = signIns.person;
  return { issuer, idpSub };
}

/** Whose allowed device requests are denied. */
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
      // A device outlives the provider's session in which it was allowed.
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
