import type { Clock } from '@latchkey/shared/time.ts';

/** Remembers used proofs. One that all servers of an API share has them find a replay on any of them. */
export interface ReplayStore {
  /**
   * Keeps an id, atomically with looking it up.
   *
   * @param until epoch milliseconds; it may be forgotten from then on
   * @returns whether this is the first time
   */
  use(id: string, until: number): boolean | Promise<boolean>;
}

/**
 * Remembers what was used, in two generations that take turns: everything for at least `windowMs`, and
 * never more than twice `capacity` entries. Beyond that the oldest go first: in a flood of valid proofs a
 * replay may pass, while every other check still stands.
 */
export function createReplayGuard({
  now,
  windowMs,
  capacity,
}: {
  now: Clock;
  windowMs: number;
  capacity: number;
}): ReplayStore {
  let current = new Set<string>();
  let previous = new Set<string>();
  let begun = now();

  return {
    use(id) {
      if (now() - begun > windowMs || current.size >= capacity) {
        previous = now() - begun > 2 * windowMs ? new Set() : current;
        current = new Set();
        begun = now();
      }
      if (current.has(id) || previous.has(id)) return false;
      current.add(id);
      return true;
    },
  };
}
