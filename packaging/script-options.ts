import { type ParseArgsConfig, parseArgs } from 'node:util';

/**
 * Reads the options of a script. `--help` prints `usage` and ends the process. So does a wrong option, with the reason.
 *
 * @param usage what the script does, and its options
 * @param config as for `parseArgs`; `args` are the process's
 */
export function scriptOptions<const T extends Omit<ParseArgsConfig, 'args'>>(
  usage: string,
  config: T,
): ReturnType<typeof parseArgs<T>> {
  if (process.argv.slice(2).some((argument) => argument === '--help' || argument === '-h')) {
    process.stdout.write(`${usage}\n`);
    process.exit(0);
  }
  try {
    return parseArgs<T>(config as T);
  } catch (error) {
    if (!(error instanceof Error && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS')))
      throw error;
    process.stderr.write(`${error.message.split('. To specify')[0]}\n\n${usage}\n`);
    process.exit(2);
  }
}
