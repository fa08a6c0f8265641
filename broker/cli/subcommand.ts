import { UsageError } from './usage-error.ts';

/**
 * The subcommand of `latchkey COMMAND`, and a check that it knows all given options. An option that belongs to another
 * subcommand is an error: without it, the command would do something else than its user meant.
 *
 * @param positionals the words of the command line, such as `['rotate', 'signing']`
 * @param values the options that were given; `undefined` and `false` count as absent
 * @param subcommands each with the names of its options
 * @throws UsageError if there is no such subcommand, or it has no such option
 */
export function subcommandOf<Name extends string>(
  command: string,
  positionals: readonly string[],
  values: Readonly<Record<string, unknown>>,
  subcommands: Readonly<Record<Name, readonly string[]>>,
): Name {
  const names = Object.keys(subcommands) as Name[];
  const name = names.find((each) => each === positionals.join(' '));
  if (name === undefined) throw new UsageError(`expected ${names.map((each) => `"${command} ${each}"`).join(' or ')}`);
  const isGiven = (option: string) => values[option] !== undefined && values[option] !== false;
  const unknown = Object.keys(values).find((option) => isGiven(option) && !subcommands[name].includes(option));
  if (unknown !== undefined) throw new UsageError(`"${command} ${name}" has no option --${unknown}`);
  return name;
}
