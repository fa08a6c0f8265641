import type { ChildProcess } from 'node:child_process';

/** Ends `child` when this process exits, for whatever reason but SIGKILL. */
export function endWithUs(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): void {
  const end = () => void child.kill(signal);
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
}
