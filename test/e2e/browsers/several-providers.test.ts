import { afterAll, beforeAll, describe } from 'vitest';
import type { Browser } from './browser.ts';
import { addProvider, type SecondProvider, severalProvidersCases } from './cases/several-providers.ts';
import { openChromium } from './chromium.ts';
import { openFirefox } from './firefox.ts';
import { startBrowser } from './start.ts';

describe.each([
  ['Chromium', openChromium, false],
  ['Firefox', openFirefox, true],
])('%s', (_name, open, keepsBrokenPages) => {
  let browser: Browser;
  let second: SecondProvider;
  beforeAll(async () => {
    browser = await startBrowser(async (demo) => {
      second = await addProvider(demo);
      return open(demo);
    });
  });
  afterAll(async () => {
    await browser?.close();
    await second?.close();
  });
  severalProvidersCases(
    () => browser,
    () => second,
    keepsBrokenPages,
  );
});
