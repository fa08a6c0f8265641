import { errorSummary, type Log } from '../log.ts';
import { type KeyRing, RingError } from './ring.ts';
import { open, type SealContext, type Sealed } from './seal.ts';

/** {@link open} for where doing without is better than failing: a key that is missing from the ring is a line in the log, and no more. */
export function openIfPossible(
  { ring, log }: { ring: KeyRing; log: Log },
  context: SealContext,
  sealed: Sealed,
): string | undefined {
  try {
    return open(ring, context, sealed);
  } catch (error) {
    if (!(error instanceof RingError)) throw error;
    log.error({ event: 'not_opened', purpose: context.purpose, cause: errorSummary(error) });
    return undefined;
  }
}
