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
  /** Ends every subscription, so that open streams don't delay a shutdown. */
  close(): void;
}

interface FeedDeps {
  store: Pick<Store, 'appendRevocation' | 'revocationsAfter' | 'lastRevocation' | 'onRevocation'>;
  now: Clock;
  sleep: (ms: number) => Promise<void>;
  log: Log;
}

/** The maximum delay of an event that wakes no one in this replica: another process's on SQLite, and every one behind a pooler. */
const pollMs = 400;
const batch = 500;

/**
 * Reads the durable table while there are listeners: every 400 ms, and at once when woken. Numbers become
 * visible in order (`RevocationStore`), so reading on from the last one misses nothing, whatever was lost
 * in between: a notification, a connection, or the database for a while.
 */
export function createFeed({ store, now, sleep, log }: FeedDeps): Feed {
  const subscribers = new Set<Subscriber>();
  let cursor = 0;
  let running: { stop(): void } | undefined;

  async function run(): Promise<void> {
    let stopped = false;
    let wake = Promise.withResolvers<void>();
    const stopListening = store.onRevocation(() => wake.resolve());
    running = {
      stop() {
        stopped = true;
        running = undefined;
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
      try {
        while (!stopped && (await readOn()) === batch);
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
      if (!running) {
        const last = await store.lastRevocation();
        // Another caller may have started in the meantime.
        if (!running) {
          cursor = Math.max(cursor, last);
          void run();
        }
      }
      subscribers.add(subscriber);
      return {
        seq: cursor,
        stop() {
          subscribers.delete(subscriber);
          if (subscribers.size === 0) running?.stop();
        },
      };
    },
    close() {
      for (const subscriber of [...subscribers]) subscriber.closed();
      subscribers.clear();
      running?.stop();
    },
  };
}
