import { type ExecFileOptions, execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { endWithUs } from '../../demo/end-with-us.ts';

/** Runs a program to its end. It ends with this process. @throws what it has printed is in `stdout` and `stderr` of the error */
export function run(program: string, args: readonly string[], options: ExecFileOptions = {}) {
  const running = promisify(execFile)(program, args, { maxBuffer: 1 << 24, ...options, encoding: 'utf8' });
  endWithUs(running.child);
  return running;
}
