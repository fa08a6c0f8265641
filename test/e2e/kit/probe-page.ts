import type { BrowserContext, Page } from 'playwright';
import { bundleScript } from '../../../demo/sites/bundle.ts';

export interface ProbeOptions {
  /** Headers of the document, such as a sandboxing policy. */
  headers?: Record<string, string>;
  /** Inside an `iframe` with these attributes, in a page of the same origin. */
  frame?: string;
}

/** Puts a page that has nothing but `latchkey/page` at any origin, and opens it. `ask` asks for a token in it. */
export async function createProbe(context: BrowserContext) {
  const script = await bundleScript(new URL('probe.ts', import.meta.url));
  const page = '<!doctype html><title>probe</title><script type="module" src="/probe.js"></script>';

  return {
    async open(origin: string, { headers = {}, frame }: ProbeOptions = {}) {
      const html = (body: string, extra = {}) => ({ body, headers: { 'Content-Type': 'text/html', ...extra } });
      await context.route(`${origin}/probe`, (route) => route.fulfill(html(page, headers)));
      await context.route(`${origin}/frame`, (route) =>
        route.fulfill(html(`<!doctype html><iframe ${frame ?? ''} src="/probe"></iframe>`)),
      );
      await context.route(`${origin}/probe.js`, (route) =>
        route.fulfill({
          body: script,
          // A sandboxed document has an opaque origin: it fetches modules with CORS.
          headers: { 'Content-Type': 'text/javascript', 'Access-Control-Allow-Origin': '*' },
        }),
      );
      const tab = await context.newPage();
      await tab.goto(`${origin}/${frame === undefined ? 'probe' : 'frame'}`);
      return frame === undefined ? tab : probeFrame(tab);
    },
  };
}

async function probeFrame(tab: Page) {
  const frame = tab.frames().find((candidate) => candidate.url().endsWith('/probe'));
  if (!frame) throw new Error('the page has no frame with the probe');
  await frame.waitForFunction('typeof ask === "function"');
  return frame;
}

type Asking = { evaluate: Page['evaluate']; waitForFunction: Page['waitForFunction'] };

/** Asks for a token, as the page. */
export async function ask(place: Asking, resource: string, scopes: string[]) {
  await place.waitForFunction('typeof ask === "function"');
  return place.evaluate(([api, wanted]) => window.ask(api, wanted), [resource, scopes] as const);
}
