import { readFile } from 'node:fs/promises';

interface Results {
  numPassedTests: number;
  numFailedTests: number;
  testResults: { status: string; assertionResults: { status: string }[] }[];
}

/** Prints `N passed, N failed` from vitest's report. A file that failed outside of its tests (it can't be loaded, a hook throws) counts as one. */
const file = process.argv[2] ?? 'test-results/vitest.json';
const { numPassedTests, numFailedTests, testResults }: Results = JSON.parse(await readFile(file, 'utf8'));
const broken = testResults.filter(
  (suite) => suite.status === 'failed' && !suite.assertionResults.some(({ status }) => status === 'failed'),
);
process.stdout.write(`${numPassedTests} passed, ${numFailedTests + broken.length} failed\n`);
