import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { endGroupWithUs, killGroup } from '../../demo/end-with-us.ts';

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Ends the program, as a failure, after this many milliseconds. Default: it may take as long as it likes. */
  deadlineMs?: number;
}

/** A program failed. */
export class ProgramError extends Error {
  override readonly name = 'ProgramError';
  readonly stdout: string;
  readonly stderr: string;

  constructor(message: string, { stdout, stderr }: { stdout: string; stderr: string }) {
    super(message);
    this.stdout = stdout;
    this.stderr = stderr;
  }
}

/**
 * Runs a program to its end. It and all that it starts, such as compilers, end with this process.
 *
 * @throws {ProgramError} if it fails or takes too long
 * @throws {Error} if there is no such program
 */
export async function run(program: string, args: readonly string[], { cwd, env, deadlineMs }: RunOptions = {}) {
  const child = spawn(program, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  endGroupWithUs(child);
  let isLate = false;
  const late = () => {
    isLate = true;
    killGroup(child);
  };
  const timer = deadlineMs === undefined ? undefined : setTimeout(late, deadlineMs);
  try {
    const [stdout, stderr, [code, signal]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ]);
    if (code === 0) return { stdout, stderr };
    const end = isLate
      ? `took longer than ${deadlineMs} ms`
      : code === null
        ? `was ended by ${signal}`
        : `exited with ${code}`;
    throw new ProgramError(`${[program, ...args].join(' ')} ${end}\n${stderr}`, { stdout, stderr });
  } finally {
    clearTimeout(timer);
  }
}
