import { readFileSync, writeFileSync } from 'node:fs';
import type { Observation } from './observe.ts';

/** What was seen at a provider, by the fault's name. */
export interface FaultColumn {
  name: string;
  version: string;
  ms: number;
  seen: ReadonlyMap<string, Observation>;
}

/** Prints a table with a row per fault and a column per provider, then what was said. @returns how many cells are wrong */
export function printFaults(
  names: readonly string[],
  columns: readonly FaultColumn[],
  say: (line: string) => void,
): number {
  const label = Math.max(...names.map((name) => name.length));
  const widths = columns.map(({ name, version }) => Math.max(name.length, version.length));
  const line = (head: string, cells: readonly string[]) =>
    say(`${head.padEnd(label)}  ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd());
  const head = (head: string, cell: (column: FaultColumn) => string) => line(head, columns.map(cell));
  say('\nEach cell: ✓ right or ✗ wrong, and the exit code of `latchkey doctor`.\n');
  head('', ({ name }) => name);
  head('version', ({ version }) => version);
  for (const name of names)
    head(name, ({ seen }) => {
      const observation = seen.get(name);
      return observation ? `${observation.wrong === undefined ? '✓' : '✗'} ${observation.exitCode}` : '✗';
    });
  head('seconds', ({ ms }) => String(Math.round(ms / 1_000)));
  for (const { fault, providers, exitCode, words } of groups(names, columns))
    say(`\n${fault} (${providers.join(', ')}), exit code ${exitCode}:\n${words.map((word) => `  ${word}`).join('\n')}`);
  const wrong = columns.flatMap(({ name, seen }) =>
    names.flatMap((fault) => {
      const observation = seen.get(fault);
      if (observation && observation.wrong === undefined) return [];
      return [`✗ ${name}, ${fault}: ${observation?.wrong ?? 'was not tried'}`];
    }),
  );
  const calm = names.filter((name) => name.startsWith('no fault'));
  const alarms = columns.flatMap(({ seen }) => calm.flatMap((name) => seen.get(name)?.said ?? []));
  say('');
  for (const one of wrong) say(one);
  say(`${wrong.length === 0 ? 'Nothing is wrong.' : `${wrong.length} are wrong.`} False alarms: ${alarms.length}.`);
  return wrong.length;
}

interface Group {
  fault: string;
  providers: string[];
  exitCode: number;
  words: string[];
}

/** Providers at which the doctor said the same are one row. */
function groups(names: readonly string[], columns: readonly FaultColumn[]): Group[] {
  return names.flatMap((fault) => {
    const rows = new Map<string, Group>();
    for (const { name, seen } of columns) {
      const observation = seen.get(fault);
      if (!observation) continue;
      const words = wordsOf(observation);
      const key = JSON.stringify([observation.exitCode, words]);
      const row = rows.get(key) ?? { fault, providers: [], exitCode: observation.exitCode, words };
      row.providers.push(name);
      rows.set(key, row);
    }
    return [...rows.values()];
  });
}

const wordsOf = ({ said, seen, harmless }: Observation): string[] => [
  ...(said.length > 0 ? said : [harmless === undefined ? 'nothing' : `nothing: ${harmless}`]),
  ...(seen === undefined ? [] : [seen]),
];

const file = new URL('../../../docs/diagnosis-at-providers.md', import.meta.url);
const begin = '| fault | provider | exit code | what it says |\n| --- | --- | --- | --- |\n';
const versionsBegin = '\nSeen with ';

/**
 * The table in the docs, as it is, and with what was seen. What it has of other providers stays.
 *
 * @param all the names of all providers, in their order
 */
export function documented(names: readonly string[], columns: readonly FaultColumn[], all: readonly string[]) {
  const text = readFileSync(file, 'utf8');
  const [head = '', table] = text.split(begin);
  if (table === undefined) throw new Error(`${file.pathname} has no table`);
  const [rows = '', versions = ''] = table.split(versionsBegin);
  const cells = readCells(rows, all);
  const seenWith = new Map(
    [...versions.matchAll(/(\S+) ([\d.]+)(?=[,.])/g)].map(([, name = '', version]) => [name, version]),
  );
  for (const { name, version, seen } of columns) {
    seenWith.set(name, version);
    for (const [fault, observation] of seen) cells.set(`${fault}|${name}`, cellOf(observation));
  }
  const lines = names.flatMap((fault) => {
    const providers = Map.groupBy(all, (name) => cells.get(`${fault}|${name}`));
    return [...providers].flatMap(([cell, of]) =>
      cell === undefined ? [] : [`| ${fault} | ${of.length === all.length ? 'all' : of.join(', ')} | ${cell} |\n`],
    );
  });
  const known = all.flatMap((name) => (seenWith.has(name) ? [`${name} ${seenWith.get(name)}`] : []));
  const next = `${head}${begin}${lines.join('')}${versionsBegin}${known.join(', ')}.\n`;
  return { isTrue: next === text, write: () => writeFileSync(file, next) };
}

/** Exit code and words, by fault and provider. */
function readCells(rows: string, all: readonly string[]): Map<string, string> {
  const cells = new Map<string, string>();
  for (const [, fault, providers = '', cell = ''] of rows.matchAll(/^\| (.+?) \| (.+?) \| (\d+ \| .*) \|$/gm))
    for (const name of providers === 'all' ? all : providers.split(', ')) cells.set(`${fault}|${name}`, cell);
  return cells;
}

const cellOf = (observation: Observation): string =>
  `${observation.exitCode} | ${wordsOf(observation)
    .map((words) => words.replaceAll('|', '\\|').replaceAll('<', '&lt;'))
    .join('<br>')}`;
