import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { UsageError } from './io.ts';

/**
 * Runs a program on this terminal. Signals are passed on, and the program handles them.
 *
 * @returns its exit code; 128 plus the signal's number if a signal ended it, as in shells
 * @throws {UsageError} if the program can't be started
 */
export function runProgram(
  command: string,
  args: readonly string[],
  env: Record<string, string | undefined>,
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, stdio: 'inherit' });
    const pass = (signal: NodeJS.Signals) => void child.kill(signal);
    process.on('SIGTERM', pass);
    child.once('error', ({ code }: NodeJS.ErrnoException) => {
      process.off('SIGTERM', pass);
      reject(new UsageError(code === 'ENOENT' ? `command not found: ${command}` : `can't run ${command} (${code})`));
    });
    child.once('exit', (code, signal) => {
      process.off('SIGTERM', pass);
      resolve(code ?? 128 + (signal ? constants.signals[signal] : 0));
    });
  });
}
