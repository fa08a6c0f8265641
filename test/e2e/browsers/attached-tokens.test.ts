import { afterAll, beforeAll, describe } from 'vitest';
import type { Browser } from './browser.ts';
import { attachedCases } from './cases/attached.ts';
import { openChromium } from './chromium.ts';
import { openFirefox } from './firefox.ts';
import { addLegacySite, type LegacyStage } from './legacy-stage.ts';
import { startBrowser } from './start.ts';

describe.each([
  ['Chromium', openChromium, true],
  ['Firefox', openFirefox, false],
] as const)('%s', (_name, open, knowsPorts) => {
  let browser: Browser;
  let stage: LegacyStage;
  beforeAll(async () => {
    browser = await startBrowser(async (demo) => {
      stage = await addLegacySite(demo);
      return open(demo);
    });
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });
  attachedCases(
    () => browser,
    () => stage,
    knowsPorts,
  );
});
