import { LatchkeyError } from '@latchkey/shared/errors.ts';
import type { StoredValue } from '../../platform/stored-value.ts';
import { isBrokerError } from '../broker/broker-error.ts';
import { readServerEvents } from './server-events.ts';
import type { Session } from './session.ts';

export interface EventStreamDeps {
  /** Opens `GET /session/events`. */
  open(lastEventId: string | undefined, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
  session: Pick<Session, 'guard' | 'check' | 'known' | 'over'>;
  /** Whether somebody is signed in and a tab of an approved site is open. */
  isWanted(): Promise<boolean>;
  /** Id of the last event; what came while the background was stopped is caught up on from there. */
  position: StoredValue<string>;
  sleep(ms: number): Promise<void>;
  random(): number;
  /** A fault of ours, such as a storage that fails. */
  report(error: unknown): void;
}

/** Hears of what happens to the session at the broker. */
export interface EventStream {
  /**
   * Listens if somebody wants to know, else stops; called whenever that may have changed.
   *
   * @returns whether somebody does: then it must be called again even if the background is stopped meanwhile
   */
  update(): Promise<boolean>;
  /** `idle` where nobody wants to know. */
  standing(): Promise<'idle' | 'waiting' | 'open'>;
}

/** The broker says something every 15 s; a stream silent for longer is a dead connection. */
const silenceMs = 40_000;
const firstDelayMs = 500;
const maxDelayMs = 60_000;

/**
 * Keeps the session's event stream open while tabs of approved sites are and the background lives. A browser
 * stops the background sooner or later and the stream with it: an alarm then wakes it within the minute, and
 * opening the stream again tells whether the session still stands. Only the broker's own word ends a session;
 * trouble on the way is waited out.
 */
export function createEventStream(deps: EventStreamDeps): EventStream {
  const { open, session, isWanted, position, sleep, random, report } = deps;
  let running: { stop: AbortController } | undefined;
  let isOpen = false;

  /** @returns whether to come again at once */
  const listen = async (stop: AbortSignal, connected: () => void): Promise<boolean> => {
    const silent = new AbortController();
    let timer = setTimeout(() => silent.abort(), silenceMs);
    try {
      const signal = AbortSignal.any([stop, silent.signal]);
      const last = await position.get();
      const mine = (await session.known())?.session.created_at;
      const body = await session.guard(() => open(last, signal));
      isOpen = true;
      connected();
      for await (const { event, id } of readServerEvents(body)) {
        clearTimeout(timer);
        timer = setTimeout(() => silent.abort(), silenceMs);
        if (event === 'revoked') {
          if (mine !== undefined) await session.over(mine);
          // A session that has begun since may be over as well, or not: opening its stream tells.
          return true;
        }
        if (event !== undefined) await session.check(event === 'policy');
        if (id !== undefined) await position.set(id);
      }
      return false;
    } finally {
      isOpen = false;
      clearTimeout(timer);
    }
  };

  const follow = async (stop: AbortSignal): Promise<void> => {
    let failures = 0;
    while (!stop.aborted && (await isWanted())) {
      let waitMs = 0;
      try {
        const again = await listen(stop, () => {
          failures = 0;
        });
        if (again) continue;
      } catch (error) {
        if (isBrokerError(error, 'invalid_session')) continue;
        waitMs = (error instanceof LatchkeyError && error.retryAfterMs) || 0;
      }
      const backoff = Math.min(firstDelayMs * 2 ** failures, maxDelayMs);
      failures += 1;
      // Spread, so that a broker that comes back isn't met by everybody at once.
      await sleep(Math.max(waitMs, backoff) * (0.5 + random() / 2));
    }
  };

  return {
    async standing() {
      if (isOpen) return 'open';
      return (await isWanted()) ? 'waiting' : 'idle';
    },
    async update() {
      if (!(await isWanted())) {
        running?.stop.abort();
        return false;
      }
      if (running) return true;
      const own = { stop: new AbortController() };
      running = own;
      void follow(own.stop.signal)
        .catch(report)
        .finally(() => {
          if (running === own) running = undefined;
        });
      return true;
    },
  };
}
