import type { Deps } from '../deps.ts';
import type { BrokerContext } from '../env.ts';
import { followSession } from '../events/follow-session.ts';
import { createOpenStreams, type OpenStreams } from '../events/open-streams.ts';
import { serverSentEvents } from '../middleware/server-sent-events.ts';
import type { Session } from '../store/store.ts';

type Parts = Pick<Deps, 'store' | 'feed' | 'metrics' | 'now'>;

/**
 * `GET /session/events` streams `revoked`, `consent`, `sign_in` and `policy` as they happen (server-sent events). `Last-Event-ID`
 * resumes.
 */
export function sessionEvents(parts: Parts) {
  const streams = createOpenStreams();
  return (c: BrokerContext) => {
    const last = /^\d{1,15}$/.exec(c.req.header('Last-Event-ID') ?? '')?.[0];
    const lastEventId = last === undefined ? undefined : Number(last);
    return c.body(openStream(parts, streams, c.get('session').row, lastEventId), 200, {
      'Content-Type': 'text/event-stream',
      // Without this header, nginx holds events back until its buffer is full.
      'X-Accel-Buffering': 'no',
    });
  };
}

/** Returns the stream's bytes, until the session ends or the client disconnects. */
export const openStream = (parts: Parts, streams: OpenStreams, row: Session, lastEventId: number | undefined) =>
  serverSentEvents((stream) => followSession(parts, streams, { ...stream, row, lastEventId }));
