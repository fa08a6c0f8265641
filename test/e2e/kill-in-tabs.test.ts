import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pressForAnswer, showsSignedIn } from './kit/chromium/site-page.ts';
import { startTestDemo, type TestDemo } from './kit/demo.ts';
import { controlWorker } from './kit/worker.ts';

describe('a logout at the provider', () => {
  let test: TestDemo;
  let popup: Page;
  let tabs: Page[];
  beforeAll(async () => {
    test = await startTestDemo();
    popup = await test.signIn('ada');
    tabs = await Promise.all([test.openTab(test.demo.origins.notes), test.openTab(test.demo.origins.shop)]);
    await Promise.all(tabs.map((tab) => showsSignedIn(tab, true)));
  });
  afterAll(() => test?.close());

  const signedOut = () => Promise.all(tabs.map((tab) => showsSignedIn(tab, false)));

  it('signs out every open tab, and nobody has asked', async () => {
    expect((await pressForAnswer(tabs[0] as Page, 'Load orders')).status).toBe(200);
    expect(await test.demo.idp.endSessionsOf('ada')).toBe(1);
    await signedOut();
    await popup.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    expect(await popup.evaluate('chrome.alarms.get("session")')).toBeUndefined();
  });

  it('that comes while the worker is stopped is seen when it wakes, within a minute by its alarm', async () => {
    await popup.close();
    popup = await test.signIn('ada');
    await Promise.all(tabs.map((tab) => showsSignedIn(tab, true)));
    const worker = await controlWorker(popup);
    const alarm = await popup.evaluate('chrome.alarms.get("session")');
    expect(alarm).toMatchObject({ periodInMinutes: 0.75 });
    await worker.stop();
    expect(await test.demo.idp.endSessionsOf('ada')).toBe(1);
    // The alarm would do this within a minute. To save time, the test fires an alarm of the same name.
    await popup.evaluate('chrome.alarms.create("session", { when: Date.now() + 500 })');
    await signedOut();
  });
});
