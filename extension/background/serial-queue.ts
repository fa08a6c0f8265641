/**
 * Runs tasks one at a time. Use it for a task that reads stored state and then writes it. A task must not wait for its
 * own queue, which would deadlock.
 */
export function createSerialQueue(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
}
