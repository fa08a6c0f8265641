import vue from '@vitejs/plugin-vue';
import { bundleScript } from '../../../demo/sites/bundle.ts';
import { builtAngularQuickstart, quickstartApi } from './angular-quickstart.ts';
import type { Browser, Served, Tab } from './browser.ts';

const entries = { React: 'react/src/main.tsx', Vue: 'vue/src/main.ts' };

export type Quickstart = keyof typeof entries | 'Angular';

/**
 * A quickstart of `examples/`, as a site of the demo. The document is the site's own, with its policy: from one that a test
 * serves, Chromium lets no request through to this machine.
 */
export async function openQuickstart(browser: Browser, framework: Quickstart, origin: string): Promise<Tab> {
  const { api } = browser.demo.origins;
  const scripts = framework === 'Angular' ? await angularScripts(api) : await bundled(entries[framework], api);
  const tab = await browser.newTab(
    new Map(scripts.map(([name, body]): [string, Served] => [`${origin}/${name}`, { body, headers }])),
  );
  await tab.goto(origin);
  return tab;
}

const headers = { 'Content-Type': 'text/javascript; charset=utf-8' };

/** Scripts by name. The site loads `app.js`. */
type Scripts = (readonly [name: string, code: string])[];

/** Where an app goes, in place of what the site's document has. */
const placed = (html: string, script: string): string =>
  `document.body.innerHTML = ${JSON.stringify(html)};\n${script}`;

async function bundled(entry: string, api: string): Promise<Scripts> {
  const url = new URL(`../../../examples/${entry}`, import.meta.url);
  return [['app.js', placed('<div id="root"></div>', await bundleScript(url, { VITE_API: api }, [vue()]))]];
}

async function angularScripts(api: string): Promise<Scripts> {
  const { main, scripts } = await builtAngularQuickstart();
  // Chunks import the main script by its name.
  const first = placed('<app-root></app-root>', `import('./${main}');`);
  return [['app.js', first], ...scripts.map(([name, code]) => [name, code.replaceAll(quickstartApi, api)] as const)];
}
