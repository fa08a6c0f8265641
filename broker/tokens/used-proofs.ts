import { nonceLifeMs, nonceSkewMs } from '@latchkey/shared/resource-server/nonce-life.ts';
import type { Clock } from '@latchkey/shared/time.ts';
import type { LimitStore } from '../store/store.ts';

/**
 * Remembers that a proof was used.
 *
 * @param until when its nonce is no longer good, epoch milliseconds
 * @returns whether this is the first use
 */
export type RememberProof = (key: string, until: number, now: number) => Promise<boolean>;

/** About 30 MB. Beyond it, the store remembers. */
const maxInMemory = 250_000;
/** No nonce that is accepted ends later than this, and it is good until the end of that millisecond. */
const longestMs = nonceLifeMs + nonceSkewMs + 1;

/**
 * Remembers used proofs in this process, for a broker that accepts no nonce from before its start or of another process.
 * So the end of the process ends the nonces of all proofs that it has seen, and nothing has to be on disk.
 *
 * @param elapsed a clock that is never set, in milliseconds. A wall clock that is set ahead and back makes nonces good
 *   again, so what it says alone lets nothing be forgotten.
 */
export function rememberInMemory(
  store: Pick<LimitStore, 'rememberOnce'>,
  { elapsed, limit = maxInMemory }: { elapsed: Clock; limit?: number },
): RememberProof {
  let [recent, before] = [new Set<string>(), new Set<string>()];
  let began = { now: 0, elapsed: elapsed() };
  /** Until then, a proof may be in the store. */
  let storedUntil = 0;

  return async (key, until, now) => {
    if (now < began.now) began = { now, elapsed: elapsed() };
    const age = Math.min(now - began.now, elapsed() - began.elapsed);
    if (age >= longestMs) {
      [recent, before] = [new Set(), age < 2 * longestMs ? recent : new Set()];
      began = { now, elapsed: elapsed() };
    }
    if (recent.has(key) || before.has(key)) return false;
    const isFull = recent.size + before.size >= limit;
    if (isFull) storedUntil = Math.max(storedUntil, until);
    // Only what came while it was full is in the store alone, and the store is asked for as long as that is good.
    else recent.add(key);
    return now < storedUntil ? store.rememberOnce(key, until, now) : true;
  };
}

/** Remembers used proofs in the store, for replicas that accept each other's nonces. */
export const rememberInStore =
  (store: Pick<LimitStore, 'rememberOnce'>): RememberProof =>
  (key, until, now) =>
    store.rememberOnce(key, until, now);
