/**
 * Runs one task per key at a time. Concurrent callers share its promise. A task must re-read the state that it changes,
 * because the previous task may have changed it.
 */
export function createSingleFlight<T>(): {
  run(key: string, work: () => Promise<T>): Promise<T>;
  isFlying(key: string): boolean;
} {
  const flights = new Map<string, Promise<T>>();
  return {
    run(key, work) {
      const flying = flights.get(key);
      if (flying) return flying;
      const flight = work().finally(() => flights.delete(key));
      flights.set(key, flight);
      return flight;
    },
    isFlying: (key) => flights.has(key),
  };
}
