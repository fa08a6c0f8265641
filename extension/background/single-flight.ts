/**
 * Runs one piece of work per key at a time. Callers in the meantime get the same promise. The work must read what it
 * changes again, since the previous work may have changed it.
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
