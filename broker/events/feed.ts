import type { Clock } from '@latchkey/shared/time.ts';
import { errorSummary, type Log } from '../log.ts';
import { createPublisher, type Publisher } from '../revocation/publisher.ts';
import type { Revocation, Store } from '../store/store.ts';

export interface Subscriber {
  next(revocation: Revocation): void;
  /** The feed has closed because the process is shutting down. */
  closed(): void;
}

/** Gives the revocations of all replicas, in order, to listeners in this one. */
export interface Feed extends Publisher {
  /**
   * Subscribes to everything after the current position.
   *
   * @returns that position
   */
  subscribe(subscriber: Subscriber): Promise<{ seq: number; stop(): void }>;
  /**
   * Whether the subscribers have been given everything that was committed until {@link currentMs} ago, and this process
   * knows of nothing later. False while the database does not answer, whatever the reason, and from the moment of a hint
   * until what it is about has been read.
   */
  isCurrent(): boolean;
  /** Ends every subscription, also one that comes later, so that open streams don't delay a shutdown. */
  close(): void;
}

interface FeedDeps {
  store: Pick<Store, 'appendRevocation' | 'revocationsAfter' | 'lastRevocation' | 'onRevocation'>;
  now: Clock;
  /** A clock that is never set, in milliseconds. The wall clock may be set back, and old events would count as new. */
  elapsed: Clock;
  sleep: (ms: number) => Promise<void>;
  log: Log;
}

/** The maximum delay of an event that wakes no one in this replica: another process's on SQLite, and every one behind a pooler. */
const pollMs = 400;
const batch = 500;
/** For how long after a read its subscribers may rely on it, in milliseconds. Two polls fit in. */
export const currentMs = 800;

/**
 * Reads the durable table while there are listeners: every 400 ms, and at once when woken. Numbers become
 * visible in order (`RevocationStore`), so reading on from the last one misses nothing, whatever was lost
 * in between: a notification, a connection, or the database for a while.
 */
export function createFeed({ store, now, elapsed, sleep, log }: FeedDeps): Feed {
  const subscribers = new Set<Subscriber>();
  let cursor = 0;
  let running: { stop(): void } | undefined;
  const never = Number.NEGATIVE_INFINITY;
  /** When the last read began that succeeded and that no hint has made outdated. */
  let readAt = never;
  let hints = 0;
  let isClosed = false;

  async function run(): Promise<void> {
    let stopped = false;
    let wake = Promise.withResolvers<void>();
    const stopListening = store.onRevocation(() => {
      hints += 1;
      readAt = never;
      wake.resolve();
    });
    running = {
      stop() {
        stopped = true;
        running = undefined;
        readAt = never;
        stopListening();
        wake.resolve();
      },
    };
    let failing = false;
    while (!stopped) {
      await Promise.race([wake.promise, sleep(pollMs)]);
      if (stopped) return;
      // Renew before reading, so that everything appended from here on wakes the next round.
      wake = Promise.withResolvers<void>();
      const [before, hintsBefore] = [elapsed(), hints];
      try {
        while (!stopped && (await readOn()) === batch);
        if (!stopped && hints === hintsBefore) readAt = before;
        failing = false;
      } catch (error) {
        if (!failing) log.warn({ event: 'revocations_unread', cause: errorSummary(error) });
        failing = true;
      }
    }
  }

  async function readOn(): Promise<number> {
    const revocations = await store.revocationsAfter(cursor, batch);
    for (const revocation of revocations) {
      if (revocation.seq <= cursor) continue;
      cursor = revocation.seq;
      for (const subscriber of subscribers) subscriber.next(revocation);
    }
    return revocations.length;
  }

  return {
    ...createPublisher({ store, now }),
    async subscribe(subscriber) {
      if (!running && !isClosed) {
        const last = await store.lastRevocation();
        // Another caller may have started in the meantime.
        if (!running && !isClosed) {
          cursor = Math.max(cursor, last);
          void run();
        }
      }
      if (isClosed) subscriber.closed();
      else subscribers.add(subscriber);
      return {
        seq: cursor,
        stop() {
          subscribers.delete(subscriber);
          if (subscribers.size === 0) running?.stop();
        },
      };
    },
    isCurrent: () => elapsed() - readAt <= currentMs,
    close() {
      isClosed = true;
      for (const subscriber of [...subscribers]) subscriber.closed();
      subscribers.clear();
      running?.stop();
    },
  };
}
