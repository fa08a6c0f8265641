import { defineConfig } from 'vitest/config';
import { sources } from './packaging/sources.ts';
import { brokerTests } from './test/broker/broker-tests.ts';

/** What a test waits for comes within milliseconds; on a busy machine it may take many times as long. */
const patient = { poll: { timeout: 15_000 } };
const hookTimeout = 120_000;
/** What `npm run e2e` runs beside what `npm test` runs: the list again in another browser, whole deployments. */
const thorough = [
  'test/conformance/store/upgraded-*.test.ts',
  'test/e2e/browsers/firefox.test.ts',
  'test/e2e/browsers/containers.test.ts',
  'test/e2e/browsers/interruptions.test.ts',
  'test/e2e/browsers/managed.test.ts',
  'test/e2e/browsers/rollout.test.ts',
  'test/e2e/browsers/store-build.test.ts',
  'test/e2e/deploy.test.ts',
  'test/e2e/diagnosis.test.ts',
  'test/e2e/go-oidc.test.ts',
  'test/e2e/image.test.ts',
  'test/e2e/pooler.test.ts',
  'test/e2e/systemd-unit.test.ts',
  'test/e2e/tour.test.ts',
];
const elsewhere = ['**/node_modules/**', '**/dist/**', '**/.demo/**'];

/** No test leaves anything in the keyring of whoever runs it. */
const env = { LATCHKEY_STORE: 'file' };

/** Much of each file is waiting: for a token to run out, for an interval to pass. */
const endToEnd = { env, testTimeout: 90_000, expect: { poll: { timeout: 30_000 } }, hookTimeout };

export default defineConfig({
  test: {
    // Vitest leaves a core free, which on two cores means one file at a time; these wait more than they work.
    maxWorkers: 2,
    reporters: ['default', './test/e2e/table-reporter.ts', ['json', { outputFile: 'test-results/vitest.json' }]],
    projects: [
      {
        resolve: { alias: sources },
        test: {
          name: 'unit',
          include: ['**/*.test.{ts,tsx}'],
          exclude: [...elsewhere, 'test/e2e/**', 'test/conformance/**', 'test/packages/**'],
          // Properties try hundreds of inputs: on a busy machine that takes a while.
          testTimeout: 30_000,
          hookTimeout,
          expect: patient,
          setupFiles: ['test/network-off.ts'],
        },
      },
      {
        // What has more than one implementation, on each of them: stores, on a real PostgreSQL too.
        test: {
          name: 'conformance',
          include: ['test/conformance/**/*.test.ts'],
          exclude: [...elsewhere, ...thorough],
          testTimeout: 60_000,
          hookTimeout,
          expect: patient,
        },
      },
      {
        // The packages, installed as users install them.
        test: {
          env,
          name: 'packages',
          include: ['test/packages/**/*.test.ts'],
          exclude: elsewhere,
          globalSetup: ['test/packages/pack-once.ts'],
          testTimeout: 60_000,
          hookTimeout,
          expect: patient,
        },
      },
      {
        // The broker, once more on PostgreSQL. On SQLite, these files run in `unit`, `conformance` and `e2e`.
        test: {
          ...endToEnd,
          name: 'postgres',
          include: brokerTests,
          exclude: elsewhere,
          globalSetup: ['test/broker/start-postgres.ts'],
          setupFiles: ['test/broker/on-postgres.ts'],
        },
      },
      { test: { ...endToEnd, name: 'e2e', include: ['test/e2e/**/*.test.ts'], exclude: [...elsewhere, ...thorough] } },
      { test: { ...endToEnd, name: 'thorough', include: thorough, exclude: elsewhere } },
    ],
  },
});
