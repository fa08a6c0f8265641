import { stripVTControlCharacters } from 'node:util';
import { readResults } from './results.ts';

/** Lines of each error. A log that is cut from its beginning must still tell what failed first. */
const linesEach = 12;
/** Failures that are told in full. The first ones usually cause the others. */
const told = 10;

// Prints what failed, then `N passed, N failed`, from vitest's report. Exits with 1 if anything failed.
const { passed, failures } = await readResults(process.argv[2] ?? 'test-results/vitest.json');
for (const { name, error } of failures.slice(0, told))
  process.stdout.write(
    `FAILED ${name}\n${stripVTControlCharacters(error).split('\n').slice(0, linesEach).join('\n')}\n\n`,
  );
process.stdout.write(`${passed} passed, ${failures.length} failed\n`);
if (failures.length > 0) process.exitCode = 1;
