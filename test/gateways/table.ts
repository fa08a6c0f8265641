/**
 * Prints a table with a row per case and a column per program that is tested, followed by the failures.
 *
 * @param results the failure by program and case, empty if the case passed
 * @returns whether all cases passed
 */
export function printTable(
  results: ReadonlyMap<string, ReadonlyMap<string, string>>,
  say: (line: string) => void,
): boolean {
  const programs = [...results.keys()];
  const columns = [...new Set([...results.values()].flatMap((row) => [...row.keys()]))];
  const width = Math.max(...columns.map((name) => name.length));
  const cell = Math.max(8, ...programs.map((name) => name.length));
  say('');
  say(`${''.padEnd(width)}  ${programs.map((name) => name.padEnd(cell)).join('  ')}`);
  const wrong: string[] = [];
  for (const column of columns) {
    const cells = programs.map((program) => {
      const fault = results.get(program)?.get(column) ?? 'was not tried';
      if (fault !== '') wrong.push(`${program}, ${column}: ${fault}`);
      return (fault === '' ? 'right' : 'WRONG').padEnd(cell);
    });
    say(`${column.padEnd(width)}  ${cells.join('  ')}`);
  }
  say('');
  for (const line of wrong) say(line);
  say(wrong.length === 0 ? `All ${columns.length * programs.length} cells are right.` : `${wrong.length} are wrong.`);
  return wrong.length === 0;
}
