import { readFile } from 'node:fs/promises';

interface Report {
  numPassedTests: number;
  testResults: {
    name: string;
    status: string;
    message: string;
    assertionResults: { status: string; fullName: string; failureMessages?: string[] }[];
  }[];
}

export interface Failure {
  /** The full name of a test, or the path of a file that failed outside of its tests. */
  name: string;
  /** The error with its stack, without colors. */
  error: string;
}

/** What a run of the suite came to. */
export interface Results {
  passed: number;
  failures: Failure[];
}

/** Reads vitest's JSON report. A file that failed outside of its tests (it can't be loaded, a hook throws) counts as one failure. */
export async function readResults(file: string): Promise<Results> {
  const { numPassedTests, testResults }: Report = JSON.parse(await readFile(file, 'utf8'));
  const failures = testResults.flatMap(({ name, status, message, assertionResults }) => {
    const failed = assertionResults
      .filter((test) => test.status === 'failed')
      .map(({ fullName, failureMessages = [] }) => ({ name: fullName, error: failureMessages.join('\n') }));
    return status === 'failed' && failed.length === 0 ? [{ name, error: message }] : failed;
  });
  return { passed: numPassedTests, failures };
}
