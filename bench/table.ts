import type { Figure, Turn } from './rounds.ts';
import type { Spread } from './stats.ts';

const heads = ['', 'Latchkey', 'bare limit', 'times the limit', '(min–max of rounds)', 'in processor time'];

/** The results as lines of a table for the terminal. */
export function table(figures: readonly Figure[]): string {
  const rows = [
    heads,
    ...figures.map(({ name, ours, bare, ratio, cpuRatio }) => [
      name,
      turnText(ours),
      turnText(bare),
      ratio.median.toFixed(1),
      rangeText(ratio),
      cpuRatio ? `${cpuRatio.median.toFixed(1)} ${rangeText(cpuRatio)}` : '',
    ]),
  ];
  const widths = heads.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)));
  return rows.map((row) => line(row).join('  ').trimEnd()).join('\n');
}

const rangeText = ({ min, max }: Spread): string => `(${min.toFixed(1)}–${max.toFixed(1)})`;

const turnText = ({ perSecond, p50Ms }: Turn): string =>
  [...(perSecond === undefined ? [] : [`${Math.round(perSecond)}/s`]), `${p50Ms.toFixed(2)} ms`].join('  ');

/** The results as JSON. Times are in milliseconds. */
export const summary = (figures: readonly Figure[]) =>
  figures.map(({ name, ours, bare, ratio, cpuRatio, rounds }) => ({
    name,
    rounds,
    ours: turnSummary(ours),
    bare: turnSummary(bare),
    ratio,
    cpu_ratio: cpuRatio,
  }));

const turnSummary = ({ perSecond, p50Ms, cpuMs }: Turn) => ({ per_second: perSecond, p50_ms: p50Ms, cpu_ms: cpuMs });
