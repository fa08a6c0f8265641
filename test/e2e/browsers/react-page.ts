import { bundleScript } from '../../../demo/sites/bundle.ts';
import type { Browser, Tab } from './browser.ts';

const entry = new URL('../../../examples/react/src/main.tsx', import.meta.url);

/**
 * The React quickstart of `examples/react`, as a site of the demo. The document is the site's own, with its policy: from
 * one that a test serves, Chromium lets no request through to this machine.
 */
export async function openReactPage(browser: Browser, origin: string): Promise<Tab> {
  const script = await bundleScript(entry, { VITE_API: browser.demo.origins.api });
  const body = `document.body.innerHTML = '<div id="root"></div>';\n${script}`;
  const headers = { 'Content-Type': 'text/javascript; charset=utf-8' };
  const tab = await browser.newTab(new Map([[`${origin}/app.js`, { body, headers }]]));
  await tab.goto(origin);
  return tab;
}
