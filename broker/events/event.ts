import type { Session } from '../store/store.ts';

/** What the broker's replicas tell each other, and each its streams. */
export type BrokerEvent =
  /** These sessions (by row id) have ended. */
  | { type: 'revoked'; sessions: string[]; reason: string }
  /** A person's consents have changed. */
  | { type: 'consent'; sub: string }
  /** What somebody may do has to be asked for again: of one person, or of everybody. */
  | { type: 'policy'; sub?: string | undefined };

/** The event's name on a session's stream (`replaced`: the stream ends without a word); `undefined` where it is none of that session's business. */
export function nameFor(event: Readonly<Record<string, unknown>>, { id, sub }: Pick<Session, 'id' | 'sub'>) {
  switch (event.type) {
    case 'revoked':
      if (!Array.isArray(event.sessions) || !event.sessions.includes(id)) return undefined;
      return event.reason === 'replaced' ? event.reason : event.type;
    case 'consent':
      return event.sub === sub ? event.type : undefined;
    case 'policy':
      return event.sub === undefined || event.sub === sub ? event.type : undefined;
    default:
      // Of a newer version, during an upgrade.
      return undefined;
  }
}
