/**
 * Prints a table with a row per case and a column per gateway, followed by the failures.
 *
 * @param results the failure by gateway and case, empty if the case passed
 * @returns whether all cases passed
 */
export function printTable(
  results: ReadonlyMap<string, ReadonlyMap<string, string>>,
  say: (line: string) => void,
): boolean {
  const gateways = [...results.keys()];
  const columns = [...new Set([...results.values()].flatMap((row) => [...row.keys()]))];
  const width = Math.max(...columns.map((name) => name.length));
  say('');
  say(`${''.padEnd(width)}  ${gateways.map((name) => name.padEnd(8)).join('  ')}`);
  const wrong: string[] = [];
  for (const column of columns) {
    const cells = gateways.map((gateway) => {
      const fault = results.get(gateway)?.get(column) ?? 'was not tried';
      if (fault !== '') wrong.push(`${gateway}, ${column}: ${fault}`);
      return (fault === '' ? 'right' : 'WRONG').padEnd(8);
    });
    say(`${column.padEnd(width)}  ${cells.join('  ')}`);
  }
  say('');
  for (const line of wrong) say(line);
  say(wrong.length === 0 ? `All ${columns.length * gateways.length} cells are right.` : `${wrong.length} are wrong.`);
  return wrong.length === 0;
}
