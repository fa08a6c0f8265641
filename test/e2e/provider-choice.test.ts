import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep } from '@latchkey/shared/sleep.ts';
import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCode } from '../../clients/cli/exit-code.ts';
import type { Io } from '../../clients/cli/io.ts';
import { runCommand } from '../../clients/cli/run.ts';
import { fakeKeyring } from '../../clients/cli/testing/fake-keyring.ts';
import { findChromium } from '../../demo/browser/find.ts';
import { thisMachine } from '../../demo/browser/machine.ts';
import { startBrokerAndIdp, type TestBroker } from './kit/broker.ts';
import { pressArmed } from './kit/chromium/person.ts';
import { beginDevice } from './kit/device-flow.ts';

let broker: TestBroker;
let browser: Browser;

beforeAll(async () => {
  broker = await startBrokerAndIdp((config) => {
    const { example } = config.upstreams as { example: object };
    config.upstreams = {
      // The first of the list is down: whoever lands there without a choice gets no further.
      other: { ...example, issuer: 'http://127.0.0.1:1', name: 'Partners' },
      example: { ...example, name: 'Acme', domains: ['example.com'] },
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

  it('nobody is asked who has an address of a provider’s domain, as their program says', async () => {
    const page = await newPage();
    const query = new URLSearchParams({
      client_id: 'cli',
      response_type: 'code',
      redirect_uri: 'http://127.0.0.1:9/callback',
      code_challenge: 'c'.repeat(43),
      code_challenge_method: 'S256',
      login_hint: 'ada@example.com',
    });
    await page.goto(`${broker.origins.broker}/authorize?${query}`);
    await page.waitForURL(`${broker.origins.idp}/**`);
    await page.waitForSelector('[name=password]');
  });

  it('latchkey login --upstream leads there, and signs in', async () => {
    const page = await newPage();
    const home = await mkdtemp(join(tmpdir(), 'latchkey-cli-'));
    const said: string[] = [];
    const io: Io = {
      input: async () => '',
      inputIsTerminal: false,
      hiddenInput: async () => '',
      out: (text) => void said.push(text),
      err: () => undefined,
      errIsTerminal: false,
      outHasColors: false,
      env: { LATCHKEY_HOME: home },
      browserHere: true,
      openBrowser: async (url) => {
        await page.goto(url);
        await signInAtProvider(page);
        await pressArmed(page, 'Allow');
        return true;
      },
      keyring: fakeKeyring('no_service').keyring,
      runProgram: () => Promise.reject(new Error('not part of this test')),
      fetch,
      now: Date.now,
      sleep,
      signal: new AbortController().signal,
    };
    const signIn = (upstream: string) =>
      runCommand('login', ['--issuer', broker.origins.broker, '--client', 'cli', '--upstream', upstream], io);
    try {
      expect(await signIn('example')).toBe(exitCode.ok);
      expect(said.join('')).toContain('Signed in to');
      // The program has the code before the browser shows its answer.
      await page.waitForURL(/^http:\/\/127\.0\.0\.1:\d+\/callback/);
    } finally {
      await rm(home, { recursive: true });
    }
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
