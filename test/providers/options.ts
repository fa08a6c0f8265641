import { scriptOptions } from '../../packaging/script-options.ts';

/**
 * Reads the arguments of `npm run providers`. Ends the process after `--help` and after an argument that is wrong.
 *
 * @param known the names of all providers
 * @returns the names to run, in the order of `known`
 */
export function namesToRun(known: readonly string[]): string[] {
  const usage = `npm run providers [-- NAME …]

Does all that Latchkey is for with real identity providers, in a real browser. Downloads or builds a provider at its first
run, and takes about four minutes for each. Ends with a table of providers and steps, and fails if a step went wrong. A
provider that this machine can't have is skipped, with the reason.

  NAME         one provider; can be repeated. Default: all of
               ${known.join(', ')}
  -h, --help   shows this text`;
  const { positionals } = scriptOptions(usage, { allowPositionals: true });
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    process.stderr.write(`There is no provider ${unknown.map((name) => `"${name}"`).join(', ')}.\n\n${usage}\n`);
    process.exit(2);
  }
  return known.filter((name) => positionals.length === 0 || positionals.includes(name));
}
