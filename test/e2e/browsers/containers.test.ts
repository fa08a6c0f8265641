import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from './browser.ts';
import { openFirefox } from './firefox.ts';
import { startBrowser } from './start.ts';
import { answerTo, openTab, press, sees, signIn } from './tab.ts';

/** Containers exist only in Firefox. The sign-in and its cookies belong to the default container. */
describe('Firefox', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await startBrowser(openFirefox);
  });
  afterAll(() => browser?.close());

  it('a page in a container is refused, with the reason, while the same page beside it is served', async () => {
    await (await signIn(browser)).close();
    const { notes } = browser.demo.origins;
    const inside = await browser.newTabApart();
    await inside.goto(notes);
    await press(inside, 'Load orders');
    await sees(inside, '#notice[data-code=policy_denied]');
    const outside = await openTab(browser, notes);
    expect(await answerTo(outside, 'Load orders')).toBe(200);
  });
});
