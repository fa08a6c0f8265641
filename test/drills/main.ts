import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createReport, type Drill } from './drill.ts';
import { drills } from './drills/index.ts';

const usage = `npm run drills -- [NAME ...] [--update]

Runs drills against real brokers, prints each step, and compares it with test/drills/expected/.

  --update   writes what they print to test/drills/expected/, if they pass

${drills.map(({ name, about }) => `  ${name.padEnd(22)} ${about}`).join('\n')}
`;

const { values, positionals } = parseArgs({
  options: { update: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const unknown = positionals.find((name) => !drills.some((drill) => drill.name === name));
if (values.help || unknown !== undefined) {
  if (unknown !== undefined) console.error(`There is no drill "${unknown}".\n`);
  console.error(usage);
  process.exit(values.help ? 0 : 2);
}

const chosen = positionals.length === 0 ? drills : drills.filter(({ name }) => positionals.includes(name));
const results: string[] = [];
for (const drill of chosen) results.push(`${(await play(drill)).padEnd(8)} ${drill.name}`);
console.log(results.join('\n'));
process.exitCode = results.some((result) => result.startsWith('failed')) ? 1 : 0;

async function play(drill: Drill): Promise<'passed' | 'skipped' | 'failed'> {
  const lines: string[] = [];
  const print = (line: string) => {
    lines.push(line);
    console.log(line);
  };
  print(`${drill.name}: ${drill.about}`);
  const missing = await drill.missing?.();
  if (missing !== undefined) {
    console.log(`   skipped: ${missing}\n`);
    return 'skipped';
  }
  try {
    await drill.run(createReport(print, (line) => console.error(`   (${line})`)));
  } catch (error) {
    console.log(`   ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return 'failed';
  }
  print('Nothing was lost that may not be lost.');
  console.log('');
  const file = new URL(`expected/${drill.name}.txt`, import.meta.url);
  const text = `${lines.join('\n')}\n`;
  if (values.update) await writeFile(file, text);
  const expected = await readFile(file, 'utf8').catch(() => '');
  if (text === expected) return 'passed';
  console.log(`   The steps differ from ${file.pathname}\n`);
  return 'failed';
}
