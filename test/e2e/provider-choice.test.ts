import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium } from '../../demo/browser/find.ts';
import { thisMachine } from '../../demo/browser/machine.ts';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { beginDevice } from './kit/device-flow.ts';

let broker: TestBroker;
let browser: Browser;

beforeAll(async () => {
  broker = await startBrokerAndIdp((config) => {
    const { example } = config.upstreams as { example: object };
    config.upstreams = {
      // The first of the list is down: whoever lands there without a choice gets no further.
      other: { ...example, issuer: 'http://127.0.0.1:1', name: 'Partners' },
      example: { ...example, name: 'Acme' },
    };
  });
  const executablePath = await findChromium({ ...thisMachine, say: () => undefined });
  browser = await chromium.launch({ executablePath, chromiumSandbox: false });
});
afterAll(() => Promise.all([browser?.close(), broker?.close()]));

const newPage = async (): Promise<Page> => (await browser.newContext()).newPage();
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent?.trim());

async function tabTo(page: Page, text: string): Promise<void> {
  for (let presses = 0; presses < 10 && !(await focused(page))?.startsWith(text); presses += 1) {
    await page.keyboard.press('Tab');
  }
  expect(await focused(page)).toContain(text);
}

async function signInAtProvider(page: Page): Promise<void> {
  await page.waitForURL(`${broker.origins.idp}/**`);
  await page.fill('[name=username]', 'ada');
  await page.fill('[name=password]', 'engine-1843');
  await page.keyboard.press('Enter');
}

describe('with two providers, by keyboard alone', () => {
  it('a person chooses for a device, and finds the choice first the next time', async () => {
    const page = await newPage();
    const { user_code } = await beginDevice(broker.origins.broker, 'tv');
    await page.goto(`${broker.origins.broker}/device?user_code=${user_code}`);
    await page.keyboard.press('Enter');
    await page.waitForSelector('.providers');
    await tabTo(page, 'Sign in with Acme');
    await page.keyboard.press('Enter');
    await signInAtProvider(page);
    await page.waitForSelector('button[value=allow]');
    expect(await page.textContent('section[aria-labelledby=as]')).toContain('Acme');

    await page.goto(`${broker.origins.broker}/device`);
    await page.click('form[action="/signout"] button');
    await page.waitForURL('**/device');
    await page.goto(`${broker.origins.broker}/account`);
    expect(await page.locator('.providers li').first().textContent()).toMatch(/^Sign in with Acme\s+Last used$/);
    expect(await focused(page)).toContain('Acme');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${broker.origins.idp}/**`);
  });

  it('a person chooses for their account', async () => {
    const page = await newPage();
    await page.goto(`${broker.origins.broker}/account`);
    await tabTo(page, 'Sign in with Acme');
    await page.keyboard.press('Enter');
    await signInAtProvider(page);
    await page.waitForURL(`${broker.origins.broker}/account`);
    expect(await page.textContent('main')).toContain('ada@example.com');
  });
});
