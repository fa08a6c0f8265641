import type { Clock } from '@latchkey/shared/time.ts';
import { errorSummary, type Log } from './log.ts';
import { StoreRefusesError, StoreUnavailableError } from './store/store.ts';

const pauseMs = 1_000;
const repeatLogMs = 60_000;

interface Waiting {
  log: Log;
  now: Clock;
  /** Rejects when `stop` is aborted. */
  sleep: (ms: number) => Promise<void>;
  /** Ends the wait. */
  stop: AbortSignal;
}

/**
 * Repeats `work` until the store answers. Logs why it waits, at first and then each minute.
 *
 * @throws {StoreRefusesError} if waiting doesn't help, such as for a wrong password
 * @throws {StoreUnavailableError} once `stop` is aborted
 * @throws whatever else `work` throws
 */
export async function untilStoreAnswers<T>(work: () => Promise<T>, { log, now, sleep, stop }: Waiting): Promise<T> {
  let loggedAt = Number.NEGATIVE_INFINITY;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      const mayPass = error instanceof StoreUnavailableError && !(error instanceof StoreRefusesError);
      if (!mayPass || stop.aborted) throw error;
      if (now() - loggedAt >= repeatLogMs) {
        log.error({ event: 'waiting_for_store', cause: errorSummary(error) });
        loggedAt = now();
      }
      await sleep(pauseMs).catch(() => undefined);
      if (stop.aborted) throw error;
    }
  }
}
