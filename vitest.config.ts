import { defineConfig } from 'vitest/config';

/** What is polled for comes within milliseconds, or, on a busy machine, a little later: no test is a stopwatch. */
const patient = { poll: { timeout: 15_000 } };
/** What `npm run e2e` runs beside what `npm test` runs: the list again in another browser, whole deployments. */
const thorough = [
  'test/e2e/browsers/firefox.test.ts',
  'test/e2e/browsers/store-build.test.ts',
  'test/e2e/deploy.test.ts',
];
const elsewhere = ['**/node_modules/**', '**/dist/**', '**/.demo/**'];

/** Each file starts a browser, a broker and a provider: a machine of two cores carries two of them. */
const endToEnd = { maxWorkers: 2, testTimeout: 60_000, expect: patient, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    reporters: ['default', './test/e2e/table-reporter.ts', ['json', { outputFile: 'test-results/vitest.json' }]],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.{ts,tsx}'],
          exclude: [...elsewhere, 'test/e2e/**', 'test/conformance/**'],
          setupFiles: ['test/network-off.ts'],
        },
      },
      {
        // What has more than one implementation, on each of them: stores, on a real PostgreSQL too.
        test: {
          name: 'conformance',
          include: ['test/conformance/**/*.test.ts'],
          exclude: elsewhere,
          testTimeout: 30_000,
          expect: patient,
        },
      },
      { test: { ...endToEnd, name: 'e2e', include: ['test/e2e/**/*.test.ts'], exclude: [...elsewhere, ...thorough] } },
      { test: { ...endToEnd, name: 'thorough', include: thorough, exclude: elsewhere } },
    ],
  },
});
