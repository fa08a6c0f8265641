import vue from '@vitejs/plugin-vue';
import { bundleScript } from '../../../demo/sites/bundle.ts';
import type { Browser, Tab } from './browser.ts';

const entries = { React: 'react/src/main.tsx', Vue: 'vue/src/main.ts' };

export type Quickstart = keyof typeof entries;

/**
 * A quickstart of `examples/`, as a site of the demo. The document is the site's own, with its policy: from one that a test
 * serves, Chromium lets no request through to this machine.
 */
export async function openQuickstart(browser: Browser, framework: Quickstart, origin: string): Promise<Tab> {
  const entry = new URL(`../../../examples/${entries[framework]}`, import.meta.url);
  const script = await bundleScript(entry, { VITE_API: browser.demo.origins.api }, [vue()]);
  const body = `document.body.innerHTML = '<div id="root"></div>';\n${script}`;
  const headers = { 'Content-Type': 'text/javascript; charset=utf-8' };
  const tab = await browser.newTab(new Map([[`${origin}/app.js`, { body, headers }]]));
  await tab.goto(origin);
  return tab;
}
