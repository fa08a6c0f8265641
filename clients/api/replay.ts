import type { Clock } from '#shared/time.ts';

/**
 * Remembers what was used, in two generations that take turns: everything for at least `windowMs`, and
 * never more than twice `capacity` entries. Beyond that the oldest go first: in a flood of valid proofs a
 * replay may pass, while every other check still stands.
 */
export function createReplayGuard({ now, windowMs, capacity }: { now: Clock; windowMs: number; capacity: number }) {
  let current = new Set<string>();
  let previous = new Set<string>();
  let begun = now();

  return {
    /** @returns whether this is the first time */
    use(id: string): boolean {
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

export type ReplayGuard = ReturnType<typeof createReplayGuard>;
