import { readResults } from './results.ts';

// Prints `N passed, N failed` from vitest's report. Exits with 1 if anything failed.
const { passed, failures } = await readResults(process.argv[2] ?? 'test-results/vitest.json');
process.stdout.write(`${passed} passed, ${failures.length} failed\n`);
if (failures.length > 0) process.exitCode = 1;
