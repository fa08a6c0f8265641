/**
 * Prints a line a case and a column a gateway, and what is wrong below.
 *
 * @param results gateway → case → why it is wrong, empty where it is not
 * @returns whether every cell is right
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
