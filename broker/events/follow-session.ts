import type { Deps } from '../deps.ts';
import { wasEnded } from '../session/no-session.ts';
import type { Revocation } from '../store/store.ts';
import { eventNameFor, type FollowedSession } from './event-name.ts';
import type { OpenStreams } from './open-streams.ts';

/** Receives the events of a session. */
export interface EventSink {
  /** The stream is open. */
  open(): void;
  /** @param id the client sends it when it reconnects, and gets what came after it */
  event(name: string, id: number): void;
  /** Nothing has happened up to `id`. Shows proxies and the client that the stream is alive. */
  alive(id: number): void;
  /** No more events will come. */
  end(): void;
  /** Calls `then` when the client has disconnected, or the stream has ended. */
  whenGone(then: () => void): void;
}

interface SessionStream {
  session: FollowedSession;
  /** The last event that the client received. */
  lastEventId: number | undefined;
  to: EventSink;
}

/** How often the client sees that the stream is alive. The session is checked at the same time. */
export const heartbeatMs = 15_000;
/** After a gap with more events than this, the client is told to request everything again. */
const maxCatchUp = 500;

/**
 * Sends the events of one session until the session ends, the client disconnects, or the process stops. What happened between
 * authentication and now, and after `lastEventId`, is sent first.
 */
export async function followSession(
  { store, feed, metrics, now }: Pick<Deps, 'store' | 'feed' | 'metrics' | 'now'>,
  streams: OpenStreams,
  { session, lastEventId, to }: SessionStream,
): Promise<void> {
  const early: Revocation[] = [];
  let seen = 0;
  let ended = false;
  let isCaughtUp = false;
  let isGone = false;
  let end = (): void => {
    // Subscribe before anything can end.
    isGone = true;
  };
  to.whenGone(() => end());

  const sendRevoked = (id: number): void => {
    to.event('revoked', id);
    end();
  };
  const deliver = ({ seq, event }: Revocation): void => {
    if (seq <= seen) return;
    seen = seq;
    const name = eventNameFor(event, session);
    // Its holder has a newer session, and will request that session's events.
    if (name === 'replaced') end();
    else if (name === 'revoked') sendRevoked(seq);
    else if (name) to.event(name, seq);
  };
  const check = async (): Promise<void> => {
    const current = await store.getSession(session.id);
    if (current && wasEnded(current)) return sendRevoked(seen);
    // Replaced or expired: no one ended it, so send nothing. The client learns the rest when it reconnects.
    const lives = current && current.state !== 'ended' && now() < current.idleExpiresAt;
    if (!lives || now() >= current.absoluteExpiresAt) end();
  };

  const subscription = await feed.subscribe({
    next: (revocation) => (isCaughtUp ? deliver(revocation) : void early.push(revocation)),
    closed: () => end(),
  });
  const remove = streams.add(session.id, () => end());
  metrics.streamOpened();
  const heartbeat = setInterval(() => {
    to.alive(seen);
    // A store that is away for a while doesn't end the stream.
    check().catch(() => undefined);
  }, heartbeatMs).unref();
  end = () => {
    if (ended) return;
    ended = true;
    clearInterval(heartbeat);
    subscription.stop();
    remove();
    metrics.streamClosed();
    to.end();
  };
  if (isGone) return end();

  seen = Math.min(lastEventId ?? subscription.seq, subscription.seq);
  to.open();
  try {
    const missed = await store.revocationsAfter(seen, maxCatchUp);
    if (missed.length === maxCatchUp) {
      seen = subscription.seq;
      to.event('policy', seen);
    }
    for (const revocation of [...missed, ...early]) deliver(revocation);
    isCaughtUp = true;
    to.alive(seen);
    await check();
  } catch {
    // Without the store there is nothing to send. The client will reconnect.
    end();
  }
}
