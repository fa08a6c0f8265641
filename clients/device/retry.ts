import { sleep as realSleep, type Sleep } from '@latchkey/shared/sleep.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import { DeviceError } from './device-error.ts';

/** Pauses before the retries, in seconds. */
const pauses = [1, 4];

/** How to try again. */
export interface RetryOptions {
  /** Default: `setTimeout`. */
  sleep?: Sleep | undefined;
  signal?: AbortSignal | undefined;
  /** Clock, in milliseconds since the epoch. Default `Date.now`. */
  now?: Clock | undefined;
  /** No try begins after this time, in milliseconds since the epoch. The time that tries take counts, too. */
  until: number;
  /** Called before each pause. */
  onPause?: ((seconds: number, error: DeviceError) => void) | undefined;
}

/**
 * Tries again twice, after 1 s and 4 s, while the broker can't be reached. If the broker says when to come back
 * (`Retry-After`), waits that long instead if that is longer. Gives up at once if that is later than `until`: an earlier try
 * would be against the broker's word.
 *
 * @param once must be safe to repeat if its answer was lost
 * @throws {DeviceError} that of the last try
 * @throws the signal's reason, if it aborts
 */
export async function retry<T>(
  once: () => Promise<T>,
  { sleep = realSleep, signal, now = () => Date.now(), until, onPause }: RetryOptions,
): Promise<T> {
  for (const usual of pauses) {
    try {
      return await once();
    } catch (error) {
      if (!(error instanceof DeviceError) || error.code !== 'unreachable') throw error;
      // A captive portal asks for nothing: its seconds are a guess of ours, for those who wait without an end.
      const asked = error.networkPage ? 0 : (error.retryAfter ?? 0);
      const pause = Math.max(usual, asked);
      if (now() + pause * 1_000 > until) throw error;
      onPause?.(pause, error);
      await sleep(pause * 1_000, signal);
    }
  }
  return once();
}
