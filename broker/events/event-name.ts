import type { Session } from '../store/store.ts';

/** Whose events a stream has. */
export interface FollowedSession extends Pick<Session, 'id' | 'sub'> {
  /** The names by which a device can ask this person (`accountKeysOf`). */
  accountKeys: readonly string[];
}

const sets = new WeakMap<readonly unknown[], ReadonlySet<unknown>>();

/** Every open stream asks this of each event, so the list is searched as a set. */
function namesSession(list: unknown, id: string): boolean {
  if (!Array.isArray(list)) return false;
  const set = sets.get(list) ?? new Set(list);
  sets.set(list, set);
  return set.has(id);
}

/**
 * The name of an event (`BrokerEvent`) on a session's stream, or `undefined` if it doesn't concern the session.
 * With `replaced`, the stream ends and nothing is sent.
 */
export function eventNameFor(event: Readonly<Record<string, unknown>>, { id, sub, accountKeys }: FollowedSession) {
  switch (event.type) {
    case 'revoked':
      if (!namesSession(event.sessions, id)) return undefined;
      return event.reason === 'replaced' ? event.reason : event.type;
    case 'consent':
    case 'sign_in':
      return event.sub === sub ? event.type : undefined;
    case 'device_request':
      return accountKeys.includes(String(event.account)) ? event.type : undefined;
    case 'policy':
      return event.sub === undefined || event.sub === sub ? event.type : undefined;
    default:
      // From a newer version, during an upgrade.
      return undefined;
  }
}
