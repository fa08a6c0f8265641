import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

const closeDeadlineMs = 5_000;

/** Resolves when the program has ended, or could not be started. */
export const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });

/**
 * Ends a browser, by its own means if it answers within five seconds.
 *
 * @param ask asks it to close
 */
export async function closing(child: ChildProcess, over: Promise<void>, ask?: () => Promise<unknown>): Promise<void> {
  if (ask) {
    void ask().catch(() => undefined);
    const closed = await Promise.race([over.then(() => true), sleep(closeDeadlineMs, false, { ref: false })]);
    if (closed) return;
  }
  child.kill('SIGKILL');
  await over;
}
