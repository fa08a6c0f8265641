import type { Clock } from '@latchkey/shared/time.ts';

/** Remembers used DPoP proofs (RFC 9449 §11.1). Share one store among all servers of an API to detect replays across them. */
export interface ReplayStore {
  /**
   * Checks and records an id in one atomic step.
   *
   * @param id the thumbprint of the key, a dot, and a SHA-256 hash: 87 characters
   * @param until when the id may be forgotten, epoch milliseconds
   * @param subject whose token it is, for stores that have to choose what to forget
   * @returns whether this is the first use
   */
  use(id: string, until: number, subject: string): boolean | Promise<boolean>;
}

/** Used ids, by subject. */
interface Generation {
  ids: Map<string, Set<string>>;
  size: number;
}

/** A subject with more than this part of the capacity counts as a flood. */
const floodPart = 0.01;

/**
 * Remembers used ids in memory, in two alternating generations: each id for at least `windowMs`, and at most twice
 * `capacity` ids. Above that, the ids of the subject that has the most are dropped first: whoever floods an API with
 * valid proofs can replay their own, and nobody else's. Only if no subject stands out, the oldest are dropped.
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
  const generation = (): Generation => ({ ids: new Map(), size: 0 });
  let current = generation();
  let previous = generation();
  let begun = now();

  function turn(): void {
    previous = now() - begun > 2 * windowMs ? generation() : current;
    current = generation();
    begun = now();
  }

  /** @returns false if there is no flood by one subject */
  function forgetFlood(): boolean {
    let [most, flooder] = [Math.max(1, capacity * floodPart), ''];
    for (const [subject, { size }] of current.ids) if (size > most) [most, flooder] = [size, subject];
    if (!current.ids.delete(flooder)) return false;
    current.size -= most;
    return true;
  }

  return {
    use(id, _until, subject) {
      if (now() - begun > windowMs || (current.size >= capacity && !forgetFlood())) turn();
      if (current.ids.get(subject)?.has(id) || previous.ids.get(subject)?.has(id)) return false;
      const ofSubject = current.ids.get(subject) ?? new Set();
      current.ids.set(subject, ofSubject.add(id));
      current.size += 1;
      return true;
    },
  };
}
