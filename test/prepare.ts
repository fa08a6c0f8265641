import { findChromium, findFirefox } from '../demo/browser/find.ts';

// Before the tests, so that a download is seen, and is no test's time.
try {
  await findChromium();
  if (process.argv.includes('--firefox')) await findFirefox();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
