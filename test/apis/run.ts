import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/**
 * Runs a program to its end.
 *
 * @throws {Error} with the end of its output, if it fails or takes longer than `deadlineMs`
 */
export async function run(
  program: string,
  args: readonly string[],
  { cwd, deadlineMs }: { cwd: string; deadlineMs: number },
): Promise<void> {
  try {
    await promisify(execFile)(program, args, { cwd, timeout: deadlineMs, maxBuffer: 64 * 1024 * 1024 });
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & { stdout?: string; stderr?: string };
    const output = `${stdout}${stderr}`.slice(-3_000);
    throw new Error(`${program} ${args.join(' ')} failed: ${output || message}`, { cause: error });
  }
}
