import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { chromium } from 'playwright';
import { initScript } from '../../clients/testing/index.ts';
import { findChromium } from '../../demo/browser/find.ts';
import { thisMachine } from '../../demo/browser/machine.ts';

const site = 'https://orders.example.com';
const api = 'https://api.example.com';
const types: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/**
 * Opens a built quickstart in a Chromium with a stand-in for the extension, signs in, and connects the site.
 *
 * @param dist folder with `index.html`
 * @param heard takes what the page writes to its console
 * @returns the orders that it shows then, with a policy that lets no script compile another
 */
export async function ordersInBuiltPage(
  dist: string,
  heard: (line: string) => void = () => undefined,
): Promise<string[]> {
  const executablePath = await findChromium({ ...thisMachine, say: () => undefined });
  const browser = await chromium.launch({ executablePath, chromiumSandbox: false });
  try {
    const page = await browser.newPage();
    page.on('console', (message) => heard(message.text()));
    page.on('pageerror', (error) => heard(String(error)));
    await page.route('**/*', async (route) => {
      const { origin, pathname } = new URL(route.request().url());
      if (origin === api) {
        const headers = { 'Access-Control-Allow-Origin': '*', 'Access-Control-Allow-Headers': 'authorization' };
        const sent = await route.request().headerValue('authorization');
        const isAdas = route.request().method() === 'OPTIONS' || /^Bearer token-\d+-of-ada$/.test(sent ?? '');
        return route.fulfill({ status: isAdas ? 200 : 403, json: [{ id: '1', item: 'Gear', quantity: 2 }], headers });
      }
      const file = join(dist, pathname === '/' ? 'index.html' : pathname);
      const body = await readFile(file).catch(() => undefined);
      if (origin !== site || body === undefined) return route.abort();
      const headers = { 'Content-Security-Policy': "script-src 'self'" };
      return route.fulfill({ body, headers, contentType: `${types[extname(file)]}; charset=utf-8` });
    });
    await page.addInitScript({ content: initScript({ offered: { [api]: ['orders:read'] } }) });
    await page.goto(site);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('button', { name: 'Connect' }).click();
    await page.getByRole('listitem').first().waitFor();
    const orders = await page.getByRole('listitem').allTextContents();
    return orders.map((order) => order.trim());
  } finally {
    await browser.close();
  }
}
