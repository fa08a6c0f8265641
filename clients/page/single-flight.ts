import { orAbort } from './or-abort.ts';

interface Flight<T> {
  result: Promise<T>;
  passengers: number;
  controller: AbortController;
}

/**
 * Runs work once for concurrent callers with the same key. A caller that aborts stops waiting; when the last one
 * does, the work itself is aborted.
 */
export function createSingleFlight<T>() {
  const flights = new Map<string, Flight<T>>();

  /** @throws the reason of `signal`, or whatever `work` throws */
  return async (
    key: string,
    work: (signal: AbortSignal) => Promise<T>,
    signal?: AbortSignal | null | undefined,
  ): Promise<T> => {
    signal?.throwIfAborted();
    let flight = flights.get(key);
    if (!flight) {
      const controller = new AbortController();
      flight = { result: work(controller.signal), passengers: 0, controller };
      flights.set(key, flight);
    }
    flight.passengers += 1;
    try {
      return await orAbort(flight.result, signal);
    } finally {
      flight.passengers -= 1;
      if (flight.passengers === 0) {
        flights.delete(key);
        flight.controller.abort(signal?.reason);
      }
    }
  };
}
