import { scriptOptions } from '../../packaging/script-options.ts';

export interface Options {
  /** The providers to run, in the order in which they are known. */
  names: string[];
  /** Runs the faults and not the steps. */
  faults: boolean;
  /** Writes what was seen into the docs. */
  write: boolean;
}

/**
 * Reads the arguments of `npm run providers`. Ends the process after `--help` and after an argument that is wrong.
 *
 * @param known the names of all providers
 */
export function readOptions(known: readonly string[]): Options {
  const usage = `npm run providers [-- [--faults [--write]] NAME …]

Does all that Latchkey is for with real identity providers, in a real browser. Downloads or builds a provider at its first
run, and takes about four minutes for each. Ends with a table of providers and steps, and fails if a step went wrong. A
provider that this machine can't have is skipped, with the reason.

  NAME         one provider; can be repeated. Default: all of
               ${known.join(', ')}
  --faults     makes faults happen instead, and prints what latchkey doctor says of each
  --write      with --faults: writes what was seen into docs/diagnosis-at-providers.md
  -h, --help   shows this text`;
  const { positionals, values } = scriptOptions(usage, {
    allowPositionals: true,
    options: { faults: { type: 'boolean', default: false }, write: { type: 'boolean', default: false } },
  });
  const unknown = positionals.filter((name) => !known.includes(name));
  const wrong =
    unknown.length > 0
      ? `There is no provider ${unknown.map((name) => `"${name}"`).join(', ')}.`
      : values.write && !values.faults
        ? '--write needs --faults.'
        : undefined;
  if (wrong !== undefined) {
    process.stderr.write(`${wrong}\n\n${usage}\n`);
    process.exit(2);
  }
  return { ...values, names: known.filter((name) => positionals.length === 0 || positionals.includes(name)) };
}
