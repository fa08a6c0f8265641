import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Prints a table of all results at the end of a run, with a row per case and a column per browser. */
export default class TableReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const rows = new Map<string, Map<string, string>>();
    const columns = new Set<string>();
    const reasons = new Set<string>();
    for (const module of modules.filter(({ moduleId }) => moduleId.includes('/test/e2e/browsers/'))) {
      for (const test of module.children.allTests()) {
        const [browser = '', ...path] = test.fullName.split(' > ');
        const name = path.join(' › ');
        columns.add(browser);
        rows.set(name, (rows.get(name) ?? new Map()).set(browser, inWords(test)));
        const result = test.result();
        if (result.state === 'skipped' && result.note) reasons.add(`skipped in ${browser}: ${result.note}`);
      }
    }
    if (rows.size > 0) process.stdout.write(`\n${[table(rows, [...columns].sort()), ...reasons].join('\n')}\n`);
  }
}

function inWords(test: TestCase): string {
  const { state } = test.result();
  const seconds = ((test.diagnostic()?.duration ?? 0) / 1_000).toFixed(1);
  return state === 'passed' ? `passed ${seconds} s` : state;
}

function table(rows: ReadonlyMap<string, ReadonlyMap<string, string>>, columns: string[]): string {
  const width = Math.max(...[...rows.keys()].map((name) => name.length));
  const line = (name: string, cells: string[]) =>
    `${name.padEnd(width)}  ${cells.map((cell) => cell.padEnd(14)).join('')}`.trimEnd();
  return [
    line('case', columns),
    line(
      '-'.repeat(width),
      columns.map(() => '-'.repeat(12)),
    ),
    ...[...rows].map(([name, cells]) =>
      line(
        name,
        columns.map((column) => cells.get(column) ?? '–'),
      ),
    ),
  ].join('\n');
}
