import { orAbort } from './or-abort.ts';

interface Flight<T> {
  result: Promise<T>;
  waiting: number;
  over: AbortController;
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
      const over = new AbortController();
      flight = { result: work(over.signal), waiting: 0, over };
      flights.set(key, flight);
    }
    flight.waiting += 1;
    try {
      return await orAbort(flight.result, signal);
    } finally {
      if (!--flight.waiting) {
        flights.delete(key);
        flight.over.abort(signal?.reason);
      }
    }
  };
}
