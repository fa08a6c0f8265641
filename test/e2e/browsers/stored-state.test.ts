import { afterAll, beforeAll, describe } from 'vitest';
import type { Browser } from './browser.ts';
import { storedStateCases } from './cases/stored-state.ts';
import { openChromium } from './chromium.ts';
import { openFirefox } from './firefox.ts';
import { startBrowser } from './start.ts';

describe.each([
  ['Chromium', openChromium],
  ['Firefox', openFirefox],
])('%s', (_name, open) => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser(open);
  });
  afterAll(() => browser?.close());
  storedStateCases(() => browser);
});
