import { parseArgs } from 'node:util';
import { type ExampleName, exampleNames } from './examples.ts';

export const usage = `npm run apis [-- --only NAME …]

Starts each API of examples/apis/, and sends it right and wrong tokens.

  --only NAME  one example; can be repeated: ${exampleNames.join(', ')}
  --help       shows this text`;

/**
 * @returns the examples to run, or `undefined` if help is wanted
 * @throws {Error} that says what is wrong with the arguments
 */
export function readOptions(args: string[]): ExampleName[] | undefined {
  const { values } = parseArgs({
    args,
    options: { only: { type: 'string', multiple: true }, help: { type: 'boolean' } },
  });
  if (values.help) return undefined;
  const isKnown = (name: string): name is ExampleName => exampleNames.some((known) => known === name);
  return (values.only ?? exampleNames).map((name) => {
    if (!isKnown(name)) throw new Error(`There is no example "${name}". There are ${exampleNames.join(', ')}.`);
    return name;
  });
}
