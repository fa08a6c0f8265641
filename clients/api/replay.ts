import type { Clock } from '@latchkey/shared/time.ts';

/** Remembers used DPoP proofs (RFC 9449 §11.1). Share one store among all servers of an API to detect replays across them. */
export interface ReplayStore {
  /**
   * Checks and records an id in one atomic step.
   *
   * @param until when the id may be forgotten, epoch milliseconds
   * @returns whether this is the first use
   */
  use(id: string, until: number): boolean | Promise<boolean>;
}

/**
 * Remembers used ids in memory, in two alternating generations: each id for at least `windowMs`, and at most twice
 * `capacity` ids. Above that, the oldest are dropped first: in a flood of valid proofs a replay may pass, but all other
 * checks still apply.
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
