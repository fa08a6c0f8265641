import { parseArgs } from 'node:util';

export const figureNames = ['token', 'service', 'poll', 'introspection', 'verify', 'api', 'page', 'tab'] as const;
export type FigureName = (typeof figureNames)[number];

export interface BenchOptions {
  only: readonly FigureName[];
  /** Whether other products are measured, too. */
  peers: boolean;
  format: 'text' | 'json' | 'markdown';
  help: boolean;
}

/** The command line is wrong. The message says how to fix it. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export const usage = `npm run bench -- [options]

Measures Latchkey beside the bare limit of what it does and beside other products, in turns in one run, and prints how
many times their cost it has. Takes up to twelve minutes. docs/performance.md says what is measured and why.

  --only NAME    one of ${figureNames.join(', ')}; can be given again
  --no-peers     only beside the bare limit: starts no other product
  --markdown     prints the tables of docs/performance.md
  --json         prints one line of JSON
  --help         prints this`;

const isFigureName = (name: string): name is FigureName => (figureNames as readonly string[]).includes(name);

/**
 * Reads the command line.
 *
 * @throws {UsageError} on an unknown option or figure
 */
export function parseOptions(args: string[]): BenchOptions {
  const { only, json, markdown, help, peers } = parse(args);
  const named = only.map((name) => {
    if (isFigureName(name)) return name;
    throw new UsageError(`--only is "${name}": give one of ${figureNames.join(', ')}`);
  });
  if (json && markdown) throw new UsageError('--json and --markdown exclude each other: give one');
  const format = json ? 'json' : markdown ? 'markdown' : 'text';
  return { only: named.length > 0 ? named : figureNames, peers, format, help };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      allowNegative: true,
      options: {
        only: { type: 'string', multiple: true, default: [] },
        peers: { type: 'boolean', default: true },
        json: { type: 'boolean', default: false },
        markdown: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    }).values;
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
