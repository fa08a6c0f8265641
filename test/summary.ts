import { readResults } from './results.ts';

// Prints `N passed, N failed` from vitest's report.
const { passed, failures } = await readResults(process.argv[2] ?? 'test-results/vitest.json');
process.stdout.write(`${passed} passed, ${failures.length} failed\n`);
