/**
 * Shares reads between callers. Each caller gets a read that began after its call, so it sees every change that was
 * made before. However many callers there are, at most one read runs and one waits.
 */
export function sharedRead<T>(read: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  let waiting: Promise<T> | undefined;

  const start = (): Promise<T> => {
    waiting = undefined;
    const begun = read().finally(() => {
      if (running === begun) running = undefined;
    });
    running = begun;
    return begun;
  };

  return () => {
    if (!running) return start();
    waiting ??= running.then(start, start);
    return waiting;
  };
}
