import { readFile } from 'node:fs/promises';

interface Report {
  numPassedTests: number;
  testResults: { name: string; status: string; assertionResults: { status: string; fullName: string }[] }[];
}

/** What a run of the suite came to. */
export interface Results {
  passed: number;
  /** Full names of the tests that failed, and paths of the files that failed outside of their tests. */
  failures: string[];
}

/** Reads vitest's JSON report. A file that failed outside of its tests (it can't be loaded, a hook throws) counts as one failure. */
export async function readResults(file: string): Promise<Results> {
  const { numPassedTests, testResults }: Report = JSON.parse(await readFile(file, 'utf8'));
  const failures = testResults.flatMap(({ name, status, assertionResults }) => {
    const failed = assertionResults.filter((test) => test.status === 'failed').map(({ fullName }) => fullName);
    return status === 'failed' && failed.length === 0 ? [name] : failed;
  });
  return { passed: numPassedTests, failures };
}
