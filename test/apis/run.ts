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
    if (!(error instanceof ProgramError)) throw error;
    const [what = ''] = error.message.split('\n');
    throw new Error(`${what}:\n${`${error.stdout}${error.stderr}`.trim().slice(-3_000)}`, { cause: error });
  }
}
