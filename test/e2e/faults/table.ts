import { readFileSync, writeFileSync } from 'node:fs';
import type { Observation } from './observe.ts';

const page = new URL('../../../docs/diagnosis.md', import.meta.url);
const begin = '<!-- The table is written by `npm run docs:faults`. -->\n';

/** The table's rows in `docs/diagnosis.md`, by fault. */
export function readRows(): Map<string, string> {
  const rows =
    readFileSync(page, 'utf8')
      .split(begin)[1]
      ?.split('\n')
      .filter((line) => line.startsWith('| ')) ?? [];
  return new Map(rows.slice(2).map((row) => [row.slice(2).split(' | ')[0] ?? '', row]));
}

export function rowOf(name: string, { doctor, serve, page: shown, log }: Observation): string {
  const cell = (text: string, otherwise: string) =>
    text === '' ? otherwise : text.replaceAll('|', '\\|').replaceAll('\n', '<br>');
  const cells = [
    cell(doctor.join('<br>'), 'nothing: it can’t know'),
    cell(serve, 'starts'),
    cell(shown, '–'),
    cell(log.join('<br>'), '–'),
  ];
  return `| ${name} | ${cells.join(' | ')} |`;
}

/** Replaces the table in `docs/diagnosis.md`. */
export function writeRows(rows: readonly string[]): void {
  const [intro = ''] = readFileSync(page, 'utf8').split(begin);
  const head = [
    '| fault | `latchkey doctor` | `latchkey serve` | the page | the log |',
    '| --- | --- | --- | --- | --- |',
  ];
  writeFileSync(page, `${intro}${begin}\n${[...head, ...rows].join('\n')}\n`);
}
