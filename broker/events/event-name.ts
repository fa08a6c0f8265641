import type { Session } from '../store/store.ts';

/**
 * The name of an event (`BrokerEvent`) on a session's stream; `undefined` where it is none of that session's business.
 * With `replaced` the stream ends, and nothing is sent.
 */
export function eventNameFor(event: Readonly<Record<string, unknown>>, { id, sub }: Pick<Session, 'id' | 'sub'>) {
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
