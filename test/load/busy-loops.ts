import { type ChildProcess, spawn } from 'node:child_process';

/** Uses all the CPU it can get. It watches its parent and exits when the parent is gone, even after SIGKILL. */
const program = 'const parent = process.ppid; while (process.ppid === parent) for (let n = 0; n < 5e7; n += 1);';

export interface BusyLoops {
  /** Process IDs of the running loops. */
  readonly pids: number[];
  /** Ends each loop by its process ID. */
  stop(): void;
}

/** Starts this many processes, each of which keeps one core busy. */
export function startBusyLoops(count: number): BusyLoops {
  const loops: ChildProcess[] = Array.from({ length: count }, () =>
    spawn(process.execPath, ['-e', program], { stdio: 'ignore' }),
  );
  return {
    get pids() {
      return loops.flatMap(({ pid, exitCode, signalCode }) =>
        pid === undefined || exitCode !== null || signalCode !== null ? [] : [pid],
      );
    },
    // A busy loop never gets to run a signal handler. SIGKILL needs none.
    stop: () => loops.forEach((loop) => void loop.kill('SIGKILL')),
  };
}
