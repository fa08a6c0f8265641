import type { Deps } from '../deps.ts';
import { wasEnded } from '../session/no-session.ts';
import type { Revocation, Session } from '../store/store.ts';
import { eventNameFor } from './event-name.ts';
import type { OpenStreams } from './open-streams.ts';

/** Where the events of a session go. */
export interface EventSink {
  /** Events can come from now on. */
  open(): void;
  /** @param id the client names it when it comes again, and gets what came after it */
  event(name: string, id: number): void;
  /** Nothing has happened up to `id`: shows proxies and the client that the stream lives. */
  alive(id: number): void;
  /** Nothing comes any more. */
  end(): void;
}

interface SessionStream {
  row: Session;
  /** The last event that the client has had. */
  lastEventId: number | undefined;
  to: EventSink;
  /** Aborted when the client has gone. */
  gone: AbortSignal;
}

/** How often the client is shown that the stream lives; the session is looked at then as well. */
const heartbeatMs = 15_000;
/** After a gap with more in it than this, the client is told to ask for everything again. */
const maxCatchUp = 500;

/**
 * Tells the events of one session until the session ends, the client goes, or the process does. What happened between
 * authentication and here, and after `lastEventId`, is told first.
 */
export async function followSession(
  { store, feed, metrics, now }: Pick<Deps, 'store' | 'feed' | 'metrics' | 'now'>,
  streams: OpenStreams,
  { row, lastEventId, to, gone }: SessionStream,
): Promise<void> {
  const early: Revocation[] = [];
  let seen = 0;
  let ended = false;
  let isCaughtUp = false;
  let isGone = gone.aborted;
  let end = (): void => {
    // Before there is anything to end.
    isGone = true;
  };
  gone.addEventListener('abort', () => end());

  const sendRevoked = (id: number): void => {
    to.event('revoked', id);
    end();
  };
  const deliver = ({ seq, event }: Revocation): void => {
    if (seq <= seen) return;
    seen = seq;
    const name = eventNameFor(event, row);
    // Its holder has a newer session, and comes for that one's events.
    if (name === 'replaced') end();
    else if (name === 'revoked') sendRevoked(seq);
    else if (name) to.event(name, seq);
  };
  const check = async (): Promise<void> => {
    const current = await store.getSession(row.id);
    if (current && wasEnded(current)) return sendRevoked(seen);
    // Replaced, or run out: nobody has ended it, so nothing is said, and the client learns the rest when it comes again.
    const lives = current && current.state !== 'ended' && now() < current.idleExpiresAt;
    if (!lives || now() >= current.absoluteExpiresAt) end();
  };

  const subscription = await feed.subscribe({
    next: (revocation) => (isCaughtUp ? deliver(revocation) : void early.push(revocation)),
    closed: () => end(),
  });
  const remove = streams.add(row.id, () => end());
  metrics.streamOpened();
  const heartbeat = setInterval(() => {
    to.alive(seen);
    // A store that is away for a while ends no stream.
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
    // Without the store nothing can be said: the client comes again.
    end();
  }
}
