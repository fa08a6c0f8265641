/**
 * Runs one piece of work per key at a time; whoever asks in the meantime gets the same promise. The work
 * has to look again at what it would change, since another flight may have landed before it took off.
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
