import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { type FollowedSession, followSession } from '../events/follow-session.ts';
import { createOpenStreams, type OpenStreams } from '../events/open-streams.ts';
import { type Follow, serverSentEvents } from '../middleware/server-sent-events.ts';

type Parts = Pick<Deps, 'store' | 'feed' | 'metrics' | 'now'>;

/**
 * `GET /session/events` streams `revoked`, `consent`, `sign_in` and `policy` as they happen (server-sent events). `Last-Event-ID`
 * resumes.
 */
export function sessionEvents(parts: Parts) {
  const streams = createOpenStreams();
  return (c: BrokerContext) => {
    const last = /^\d{1,15}$/.exec(c.req.header('Last-Event-ID') ?? '')?.[0];
    const { id, sub } = c.get('session').row;
    const lastEventId = last === undefined ? undefined : Number(last);
    return serverSentEvents(c, followOf(parts, streams, { id, sub }, lastEventId));
  };
}

/** Sends the events of a session. Holds only what it needs of the session, because it is open for hours. */
export const followOf =
  (parts: Parts, streams: OpenStreams, session: FollowedSession, lastEventId: number | undefined): Follow =>
  (to) =>
    followSession(parts, streams, { session, lastEventId, to });
