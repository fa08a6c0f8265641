import { LatchkeyError } from '@latchkey/shared/errors.ts';
import type { StoredValue } from '../../platform/stored-value.ts';
import { isBrokerError } from '../broker/broker-error.ts';
import { readServerEvents } from './server-events.ts';
import type { Session } from './session.ts';

export interface EventStreamDeps {
  /** Opens `GET /session/events`. */
  open(lastEventId: string | undefined, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
  session: Pick<Session, 'guard' | 'check' | 'known' | 'over'>;
  /** The user signed in with a new browser or device (`sign_in`), or a device asks for them (`device_request`). */
  announced(event: 'sign_in' | 'device_request'): void;
  /** Whether a user is signed in and a tab of an approved site is open. */
  isWanted(): Promise<boolean>;
  /** ID of the latest event. The stream continues from here after the background was stopped. */
  position: StoredValue<string>;
  sleep(ms: number): Promise<void>;
  random(): number;
  /** Reports an unexpected error, such as a failing storage. */
  report(error: unknown): void;
}

/** Receives the broker's events about the session. */
export interface EventStream {
  /**
   * Starts or stops the stream, depending on whether it is needed. Call it whenever that may have changed.
   *
   * @returns whether the stream is needed. If so, call this again even after the background was stopped
   */
  update(): Promise<boolean>;
  /** `idle` if the stream isn't needed. */
  standing(): Promise<'idle' | 'waiting' | 'open'>;
}

/** The broker sends a heartbeat every 15 s. A stream that is silent for longer is dead. */
const silenceMs = 40_000;
const firstDelayMs = 500;
const maxDelayMs = 60_000;

/**
 * Keeps the session's event stream open while tabs of approved sites are open and the background runs. Eventually the
 * browser stops the background, and the stream with it. An alarm then wakes it within a minute, and reopening the
 * stream shows whether the session still exists. Only the broker's answer ends a session. Connection problems are
 * retried.
 */
export function createEventStream(deps: EventStreamDeps): EventStream {
  const { open, session, isWanted, position, sleep, random, report } = deps;
  let running: { stop: AbortController } | undefined;
  let isOpen = false;

  /** @returns whether to reconnect at once */
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
          // A newer session may have ended, too. Reopening the stream shows whether it did.
          return true;
        }
        if (event === 'sign_in' || event === 'device_request') deps.announced(event);
        else if (event !== undefined) await session.check(event === 'policy');
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
      // Add jitter, so that not all extensions reconnect at once when a broker comes back.
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
