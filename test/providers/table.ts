import { type StepName, stepNames } from './provider.ts';

/** What became of a step. */
export type Outcome =
  | { kind: 'right'; ms: number }
  | { kind: 'wrong'; why: string }
  /** The provider has no such thing, or an earlier step failed that this one needs. */
  | { kind: 'none'; why: string };

export interface Column {
  name: string;
  version: string;
  ms: number;
  outcomes: ReadonlyMap<StepName, Outcome>;
}

/** A provider that this machine can't have. */
export interface Skipped {
  name: string;
  why: string;
}

export function printSkipped(skipped: readonly Skipped[], say: (line: string) => void): void {
  for (const { name, why } of skipped) say(`${name}: SKIPPED. ${why}`);
}

const signs = { right: '✓', wrong: '✗', none: '–' } as const;

/**
 * Prints a table with a row per step and a column per provider, followed by the reason of each cell that isn't right.
 *
 * @returns whether nothing is wrong
 */
export function printTable(columns: readonly Column[], say: (line: string) => void): boolean {
  const label = Math.max(...stepNames.map((name) => name.length));
  const widths = columns.map(({ name, version }) => Math.max(name.length, version.length, 7));
  const line = (head: string, cells: readonly string[]) =>
    say(`${head.padEnd(label)}  ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd());
  say('');
  line(
    '',
    columns.map(({ name }) => name),
  );
  line(
    'version',
    columns.map(({ version }) => version),
  );
  for (const step of stepNames)
    line(
      step,
      columns.map((column) => cell(column.outcomes.get(step))),
    );
  line(
    'seconds',
    columns.map(({ ms }) => String(Math.round(ms / 1_000))),
  );
  say('');
  const notes = columns.flatMap(({ name, outcomes }) =>
    stepNames.flatMap((step) => {
      const outcome = outcomeOf(outcomes.get(step));
      return outcome.kind === 'right' ? [] : [`${signs[outcome.kind]} ${name}, ${step}: ${outcome.why}`];
    }),
  );
  for (const note of notes) say(note);
  const wrong = notes.filter((note) => note.startsWith(signs.wrong)).length;
  say(wrong === 0 ? 'Nothing is wrong.' : `${wrong} are wrong.`);
  return wrong === 0;
}

const outcomeOf = (outcome: Outcome | undefined): Outcome => outcome ?? { kind: 'wrong', why: 'was not tried' };

function cell(outcome: Outcome | undefined): string {
  const { kind, ...rest } = outcomeOf(outcome);
  return 'ms' in rest ? `${signs[kind]} ${(rest.ms / 1_000).toFixed(1)}` : signs[kind];
}
