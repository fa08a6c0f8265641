import { sleep as realSleep, type Sleep } from '@latchkey/shared/sleep.ts';
import { DeviceError } from './device-error.ts';

/** Pauses before the retries, in seconds. */
const pauses = [1, 4];

/**
 * Tries again twice, after 1 s and 4 s, while the broker can't be reached.
 *
 * @param once must be safe to repeat if its answer was lost
 */
export async function retry<T>(
  once: () => Promise<T>,
  { sleep = realSleep, signal }: { sleep?: Sleep | undefined; signal?: AbortSignal | undefined },
): Promise<T> {
  for (const pause of pauses) {
    try {
      return await once();
    } catch (error) {
      if (!(error instanceof DeviceError) || error.code !== 'unreachable') throw error;
      await sleep(pause * 1_000, signal);
    }
  }
  return once();
}
