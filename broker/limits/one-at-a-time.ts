import { unavailable } from '../errors.ts';

/**
 * Runs work that fills a thread for a while one piece at a time, in the order of the calls, so that it leaves the other
 * threads of the pool to everything else.
 *
 * @param waiting how many calls may wait
 * @returns runs the work; throws {OAuthError} `temporarily_unavailable` with `Retry-After` if too many are waiting
 */
export function oneAtATime({ waiting }: { waiting: number }): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  let size = 0;
  return async (work) => {
    if (size > waiting) throw unavailable('too much is being compared at the moment; try again', 1_000);
    size += 1;
    const result = last.then(work).finally(() => {
      size -= 1;
    });
    last = result.catch(() => undefined);
    return result;
  };
}
