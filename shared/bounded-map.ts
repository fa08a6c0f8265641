/** A map that forgets what has not been used for long, so that it never holds more than a number of entries. */
export interface BoundedMap<Value> {
  get(key: string): Value | undefined;
  set(key: string, value: Value): void;
  delete(key: string): void;
  clear(): void;
}

/**
 * Creates a map of at most `capacity` entries, in two generations: an entry that is used moves to the newer one, and the
 * older one is dropped as a whole. That costs nothing for each use, unlike a list in the order of use.
 *
 * @param capacity at least 2; half of it, used most recently, is always kept
 */
export function createBoundedMap<Value>(capacity: number): BoundedMap<Value> {
  const half = Math.floor(capacity / 2);
  let newer = new Map<string, Value>();
  let older = new Map<string, Value>();

  function add(key: string, value: Value): void {
    if (newer.size >= half && !newer.has(key)) [newer, older] = [new Map(), newer];
    newer.set(key, value);
  }

  return {
    get(key) {
      const value = newer.get(key);
      if (value !== undefined) return value;
      const rested = older.get(key);
      if (rested !== undefined) add(key, rested);
      return rested;
    },
    set(key, value) {
      older.delete(key);
      add(key, value);
    },
    delete(key) {
      newer.delete(key);
      older.delete(key);
    },
    clear() {
      newer.clear();
      older.clear();
    },
  };
}
