import type { Browser } from 'playwright';
import { chromium } from 'playwright';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { texts } from '../../clients/frameworks/texts/en.ts';
import { type FakeLatchkey, initScript } from '../../clients/testing/index.ts';
import { findChromium } from '../../demo/browser/find.ts';
import { thisMachine } from '../../demo/browser/machine.ts';
import { bundleScript } from '../../demo/sites/bundle.ts';

declare global {
  interface Window {
    fakeLatchkey: FakeLatchkey;
  }
}

/** How people test their pages with Playwright: a browser without the extension, and the stand-in in each document. */
const site = 'https://orders.example.com/';
const api = 'https://api.example.com';
let browser: Browser;
let script: string;

beforeAll(async () => {
  const executablePath = await findChromium({ ...thisMachine, say: () => undefined });
  browser = await chromium.launch({ executablePath, chromiumSandbox: false });
  script = await bundleScript(new URL('../../examples/react/src/main.tsx', import.meta.url), { VITE_API: api });
});
afterAll(() => browser?.close());

it('the init script stands in for the extension in a browser, and the test controls it', async () => {
  const page = await browser.newPage();
  const authorizations: (string | null)[] = [];
  await page.route('**/*', async (route) => {
    const request = route.request();
    const url = request.url();
    if (url === `${api}/orders`) {
      const headers = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': 'authorization' };
      if (request.method() === 'GET') authorizations.push(await request.headerValue('authorization'));
      await route.fulfill({ json: [{ id: '1', item: 'Gear', quantity: 2 }], headers });
    } else if (url === site) {
      const body = '<!doctype html><html lang="en"><div id="root"></div><script type="module" src="/app.js"></script>';
      await route.fulfill({ body, contentType: 'text/html; charset=utf-8' });
    } else if (url === `${site}app.js`) {
      await route.fulfill({ body: script, contentType: 'text/javascript; charset=utf-8' });
    } else await route.abort();
  });
  await page.addInitScript({ content: initScript({ offered: { [api]: ['orders:read'] } }) });
  await page.goto(site);

  await page.getByRole('button', { name: 'Sign in' }).click();
  const connect = page.getByRole('button', { name: 'Connect' });
  // The sign-in is over by then, so the next answer is for the consent.
  await connect.waitFor();
  await page.evaluate(() => window.fakeLatchkey.personSays('deny'));
  await connect.click();
  await page.getByRole('alert').getByText(texts.errors.user_denied).waitFor();
  await page.evaluate(() => window.fakeLatchkey.personSays('allow'));
  await connect.click();
  await page.getByRole('listitem').getByText('2 × Gear').waitFor();
  expect(authorizations.at(-1)).toMatch(/^Bearer token-\d+-of-ada$/);
  await page.evaluate(() => window.fakeLatchkey.signOut());
  await page.getByText(texts.signed_out[1]).waitFor();
  expect(await page.evaluate(() => window.fakeLatchkey.requests.map(({ m }) => m))).toContain('session.sign_in');
  await page.close();
});
