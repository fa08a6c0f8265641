import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import type { FollowedSession } from '../events/event-name.ts';
import { followSession } from '../events/follow-session.ts';
import { createOpenStreams, type OpenStreams } from '../events/open-streams.ts';
import { type Follow, serverSentEvents } from '../middleware/server-sent-events.ts';
import { accountKeysOf } from '../session/account-keys.ts';

type Parts = Pick<Deps, 'store' | 'feed' | 'metrics' | 'now'>;

/**
 * `GET /session/events` streams `revoked`, `consent`, `sign_in`, `device_request` and `policy` as they happen (server-sent events). `Last-Event-ID`
 * resumes.
 */
export function sessionEvents(parts: Parts & Pick<Deps, 'upstreams'>) {
  const streams = createOpenStreams();
  return (c: BrokerContext) => {
    const last = /^\d{1,15}$/.exec(c.req.header('Last-Event-ID') ?? '')?.[0];
    const { row } = c.get('session');
    const session = { id: row.id, sub: row.sub, accountKeys: accountKeysOf(parts, row) };
    const lastEventId = last === undefined ? undefined : Number(last);
    return serverSentEvents(c, followOf(parts, streams, session, lastEventId));
  };
}

/** Sends the events of a session. Holds only what it needs of the session, because it is open for hours. */
export const followOf =
  (parts: Parts, streams: OpenStreams, session: FollowedSession, lastEventId: number | undefined): Follow =>
  (to) =>
    followSession(parts, streams, { session, lastEventId, to });
