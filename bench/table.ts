import type { Figure, Turn } from './rounds.ts';
import type { Spread } from './stats.ts';

const heads = ['', 'Latchkey', 'beside', '', 'times its cost', '(min–max of rounds)', 'in processor time'];

/** The results as lines of a table for the terminal. */
export function table(figures: readonly Figure[]): string {
  const rows = [
    heads,
    ...figures.map(({ name, beside, ours, bare, ratio, cpuRatio }) => [
      name,
      turnText(ours),
      beside ?? bareLimit,
      turnText(bare),
      timesText(ratio.median),
      rangeText(ratio),
      cpuRatio ? `${timesText(cpuRatio.median)} ${rangeText(cpuRatio)}` : '',
    ]),
  ];
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)));
  return rows.map((row) => line(row).join('  ').trimEnd()).join('\n');
}

const bareLimit = 'bare limit';

/** The results as a Markdown table. */
export function markdown(figures: readonly Figure[]): string {
  const row = (...cells: string[]): string => `| ${cells.join(' | ')} |`;
  return [
    row('work', 'Latchkey', 'beside', 'its figures', 'times its cost', 'lowest – highest round', 'in CPU time'),
    row(...Array<string>(7).fill('---')),
    ...figures.map(({ name, beside, ours, bare, ratio, cpuRatio }) =>
      row(
        name,
        turnText(ours).replace('  ', ', '),
        beside ?? bareLimit,
        turnText(bare).replace('  ', ', '),
        timesText(ratio.median),
        `${timesText(ratio.min)} – ${timesText(ratio.max)}`,
        cpuRatio ? timesText(cpuRatio.median) : '',
      ),
    ),
  ].join('\n');
}

/** Ratios below 1 need more digits than those above. */
const timesText = (ratio: number): string => (ratio < 1 ? ratio.toPrecision(2) : ratio.toFixed(1));

const rangeText = ({ min, max }: Spread): string => `(${timesText(min)}–${timesText(max)})`;

const timeText = (ms: number): string => (ms < 0.01 ? `${(ms * 1_000).toFixed(1)} µs` : `${ms.toFixed(2)} ms`);

const turnText = ({ perSecond, p50Ms }: Turn): string =>
  [...(perSecond === undefined ? [] : [`${Math.round(perSecond)}/s`]), timeText(p50Ms)].join('  ');

/** The results as JSON. Times are in milliseconds. */
export const summary = (figures: readonly Figure[]) =>
  figures.map(({ name, beside, ours, bare, ratio, cpuRatio, rounds }) => ({
    name,
    beside: beside ?? bareLimit,
    rounds,
    ours: turnSummary(ours),
    theirs: turnSummary(bare),
    ratio,
    cpu_ratio: cpuRatio,
  }));

const turnSummary = ({ perSecond, p50Ms, cpuMs }: Turn) => ({ per_second: perSecond, p50_ms: p50Ms, cpu_ms: cpuMs });
