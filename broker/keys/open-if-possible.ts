import { errorSummary, type Log } from '../log.ts';
import { type KeyRing, RingError } from './ring.ts';
import { open, type SealContext, type Sealed } from './seal.ts';

/** Like {@link open}, but if the ring key is missing, logs an error and returns `undefined` instead of throwing. */
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
