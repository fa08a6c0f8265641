import { ProgramError, run as runProgram } from '../providers/run.ts';

/**
 * Runs a program to its end. It and all that it starts end with this process.
 *
 * @throws {Error} with the end of its output, if it fails or takes longer than `deadlineMs`
 */
export async function run(
  program: string,
  args: readonly string[],
  options: { cwd: string; deadlineMs: number },
): Promise<void> {
  try {
    await runProgram(program, args, options);
  } catch (error) {
    const output = error instanceof ProgramError ? `${error.stdout}${error.stderr}`.slice(-3_000) : '';
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${program} ${args.join(' ')} failed: ${output || message}`, { cause: error });
  }
}
