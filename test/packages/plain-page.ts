import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { getRequestListener } from '@hono/node-server';
import { chromium } from 'playwright';
import { findChromium } from '../../demo/browser/find.ts';
import { thisMachine } from '../../demo/browser/machine.ts';
import { serve } from '../../demo/serve.ts';
import { freePort } from '../e2e/kit/ports.ts';

/** A page without a bundler, as README.md of `@latchkey/page` shows it: the built module, as a file of its own site. */
const page = `<!doctype html><title>plain</title><script type="module">
  import { connect } from '/latchkey/index.js';
  const { length } = Object.keys(await import('/latchkey/challenges.js'));
  connect({ resource: 'https://api.example.com', scopes: ['orders:read'] })
    .then(() => 'connected', (error) => error.code)
    .then((outcome) => { document.title = 'outcome: ' + outcome + ', ' + (length > 0); });
</script>`;

/**
 * What `connect` says in such a page in a Chromium without the extension, and whether what it loads later is there.
 *
 * @param dist folder of the built modules
 */
export async function connectInPlainPage(dist: string): Promise<string> {
  const port = await freePort();
  const listener = getRequestListener(async ({ url }) => {
    const { pathname } = new URL(url);
    if (pathname === '/') return new Response(page, { headers: { 'Content-Type': 'text/html' } });
    const file = await readFile(join(dist, pathname.replace('/latchkey/', ''))).catch(() => undefined);
    return new Response(file, { status: file ? 200 : 404, headers: { 'Content-Type': 'text/javascript' } });
  });
  const site = await serve(listener, port);
  const executablePath = await findChromium({ ...thisMachine, say: () => undefined });
  const args = ['--disable-background-networking', '--disable-component-update', '--disable-quic'];
  const browser = await chromium.launch({ executablePath, args, chromiumSandbox: false });
  try {
    const tab = await browser.newPage();
    await tab.goto(`http://localhost:${port}/`);
    await tab.waitForFunction('document.title.startsWith("outcome")');
    return await tab.title();
  } finally {
    await browser.close();
    await site.close();
  }
}
