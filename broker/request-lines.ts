import type { Log, LogLine } from './log.ts';

/** Logs requests that succeeded, later. */
export interface RequestLines {
  success(line: LogLine): void;
  /** Writes what is left. */
  flush(): void;
}

/** How late a line may be, in milliseconds, and how many may wait. */
const latestMs = 100;
const most = 1_000;

/**
 * Keeps lines of successful requests back for at most a tenth of a second, so that no answer waits for a write. A process
 * that is killed loses those. Refusals and errors never come here.
 */
export function createRequestLines({
  log,
  now,
  later,
}: {
  log: Pick<Log, 'info'>;
  now: () => number;
  /** Runs `work` in some milliseconds. */
  later: (work: () => void, ms: number) => void;
}): RequestLines {
  let lines: { at: number; line: LogLine }[] = [];

  function flush(): void {
    const waiting = lines;
    lines = [];
    for (const { at, line } of waiting) log.info({ time: new Date(at).toISOString(), ...line });
  }

  return {
    success(line) {
      if (lines.length === 0) later(flush, latestMs);
      lines.push({ at: now(), line });
      if (lines.length >= most) flush();
    },
    flush,
  };
}
