import { parseArgs } from 'node:util';

export interface LoadOptions {
  /** How many times the suite runs. */
  runs: number;
  /** How many busy loops run at the same time. */
  loops: number;
  /** The test files to run. Empty for all. */
  files: string[];
  help: boolean;
}

/** A command line error, with the correct usage. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const usage = `npm run test:load -- [options] [test files]

Runs \`npm test\` again and again while busy loops take all the CPU that they can get. Prints a line for each run. The
exit code is 0 only if every run passed. Logs and reports of the runs go to test-results/load/.

  --runs N     how many runs (default 5)
  --loops N    how many busy loops (default: one for each core)
  --help       prints this`;

/** @throws {UsageError} */
export function parseOptions(args: string[], cores: number): LoadOptions {
  const { values, positionals } = parse(args);
  return {
    runs: count('--runs', values.runs, 1),
    loops: values.loops === undefined ? cores : count('--loops', values.loops, 0),
    files: positionals,
    help: values.help,
  };
}

function count(option: string, text: string, least: number): number {
  if (!/^\d{1,4}$/.test(text) || Number(text) < least)
    throw new UsageError(`${option} is "${text}": give a whole number from ${least} to 9999`);
  return Number(text);
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        runs: { type: 'string', default: '5' },
        loops: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
