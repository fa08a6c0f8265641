import { parseArgs } from 'node:util';

export const figureNames = ['token', 'poll', 'tab'] as const;
export type FigureName = (typeof figureNames)[number];

export interface BenchOptions {
  only: readonly FigureName[];
  json: boolean;
  help: boolean;
}

/** The command line is wrong. The message says how to fix it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const usage = `npm run bench -- [options]

Measures Latchkey beside the bare limit of what it does, in turns in one run, and prints how many times the limit
it costs. Takes up to three minutes. docs/bench.md says what is measured and why.

  --only NAME    one of ${figureNames.join(', ')}; can be given again
  --json         prints one line of JSON
  --help         prints this`;

const isFigureName = (name: string): name is FigureName => (figureNames as readonly string[]).includes(name);

/**
 * Reads the command line.
 *
 * @throws {UsageError} on an unknown option or figure
 */
export function parseOptions(args: string[]): BenchOptions {
  const { only, json, help } = parse(args);
  const named = only.map((name) => {
    if (isFigureName(name)) return name;
    throw new UsageError(`--only is "${name}": give one of ${figureNames.join(', ')}`);
  });
  return { only: named.length > 0 ? named : figureNames, json, help };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        only: { type: 'string', multiple: true, default: [] },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
