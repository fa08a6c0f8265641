import type { Deps } from '../deps.ts';
import { wasEnded } from '../session/no-session.ts';
import type { Revocation, Session } from '../store/store.ts';
import { nameFor } from './event.ts';
import type { Streams } from './streams.ts';

/** Shows proxies and the client that the stream lives; the session is looked at then as well. */
const heartbeatMs = 15_000;
/** After a gap with more in it than this, the client is told to ask for everything again. */
const maxCatchUp = 500;

/**
 * The events of one session, as server-sent events, until the session ends, the client goes, or the process
 * does. What happened between authentication and here, and after `lastEventId`, is sent first.
 */
export function openStream(
  deps: Deps,
  streams: Streams,
  row: Session,
  lastEventId: number | undefined,
): ReadableStream<Uint8Array> {
  const { store, feed, metrics, now } = deps;
  const text = new TextEncoder();
  let isGone = false;
  let end = (): void => {
    // Before there is anything to end.
    isGone = true;
  };

  return new ReadableStream<Uint8Array>({
    async start(controller) {
      const early: Revocation[] = [];
      let seen = 0;
      let ended = false;
      let isCaughtUp = false;

      const send = (chunk: string): void => {
        // A client that doesn't read is gone, or may come back and catch up.
        if (!ended && (controller.desiredSize ?? 0) < -64) end();
        if (!ended) controller.enqueue(text.encode(chunk));
      };
      const sendRevoked = (id: number): void => {
        send(frame('revoked', id));
        end();
      };
      const deliver = ({ seq, event }: Revocation): void => {
        if (seq <= seen) return;
        seen = seq;
        const name = nameFor(event, row);
        // Its holder has a newer session, and comes for that one's events.
        if (name === 'replaced') end();
        else if (name === 'revoked') sendRevoked(seq);
        else if (name) send(frame(name, seq));
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
        send(alive(seen));
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
        try {
          controller.close();
        } catch {
          // The client was first.
        }
      };
      if (isGone) return end();

      seen = Math.min(lastEventId ?? subscription.seq, subscription.seq);
      send('retry: 1000\n\n');
      try {
        const missed = await store.revocationsAfter(seen, maxCatchUp);
        if (missed.length === maxCatchUp) {
          seen = subscription.seq;
          send(frame('policy', seen));
        }
        for (const revocation of [...missed, ...early]) deliver(revocation);
        isCaughtUp = true;
        send(alive(seen));
        await check();
      } catch {
        // Without the store nothing can be said: the client comes again.
        end();
      }
    },
    cancel: () => end(),
  });
}

/** An id without data fires no event: it is where a client resumes that has had none. */
const alive = (id: number): string => `: alive\nid: ${id}\n\n`;

const frame = (event: string, id: number): string => `event: ${event}\nid: ${id}\ndata: {}\n\n`;
