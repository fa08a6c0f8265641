import { type ChildProcess, spawn } from 'node:child_process';

/** Takes all the CPU it can get. It looks after its parent, and ends when that is gone, even by SIGKILL. */
const program = 'const parent = process.ppid; while (process.ppid === parent) for (let n = 0; n < 5e7; n += 1);';

export interface BusyLoops {
  /** Process ids of the loops that run. */
  readonly pids: number[];
  /** Ends each loop by its process id. */
  stop(): void;
}

/** Starts processes that keep as many cores busy. */
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
    // A loop never comes to handle a signal: this one needs no handler.
    stop: () => loops.forEach((loop) => void loop.kill('SIGKILL')),
  };
}
