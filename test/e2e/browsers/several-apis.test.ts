import { afterAll, beforeAll, describe } from 'vitest';
import { type ApisStage, addApis } from './apis-stage.ts';
import type { Browser } from './browser.ts';
import { severalApisCases } from './cases/several-apis.ts';
import { openChromium } from './chromium.ts';
import { openFirefox } from './firefox.ts';
import { startBrowser } from './start.ts';

describe.each([
  ['Chromium', openChromium],
  ['Firefox', openFirefox],
])('%s', (_name, open) => {
  let browser: Browser;
  let stage: ApisStage;
  beforeAll(async () => {
    browser = await startBrowser(async (demo) => {
      stage = await addApis(demo);
      return open(demo);
    });
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });
  severalApisCases(
    () => browser,
    () => stage,
  );
});
