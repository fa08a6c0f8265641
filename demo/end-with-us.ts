import type { ChildProcess } from 'node:child_process';

/** Ends `child` when this process exits, for whatever reason but SIGKILL. */
export function endWithUs(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): void {
  whenWeExit(child, () => void child.kill(signal));
}

/**
 * The same for `child` and all that it has started, as a compiler starts others. It must be spawned with `detached`, so that
 * it leads a process group.
 */
export function endGroupWithUs(child: ChildProcess): void {
  whenWeExit(child, () => killGroup(child));
}

/** Kills a process and its group, if the process still runs. */
export function killGroup({ pid, exitCode, signalCode }: ChildProcess): void {
  if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, 'SIGKILL');
}

function whenWeExit(child: ChildProcess, end: () => void): void {
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
}
