import { bundleScript } from '../../../demo/sites/bundle.ts';
import type { Browser, Served, Tab } from './browser.ts';
import { until } from './tab.ts';

const script = bundleScript(new URL('../kit/probe.ts', import.meta.url));
const workerScript = bundleScript(new URL('../kit/probe-worker.ts', import.meta.url));
const page = '<!doctype html><title>probe</title><button>Click</button><script type="module" src="/probe.js"></script>';
const asHtml = { 'Content-Type': 'text/html' };
// A sandboxed document has an opaque origin, so it fetches modules with CORS.
const asScript = { 'Content-Type': 'text/javascript', 'Access-Control-Allow-Origin': '*' };

async function open(browser: Browser, origin: string, path: string, more: [string, Served][]): Promise<Tab> {
  const served = new Map<string, Served>([
    [`${origin}/probe.js`, { body: await script, headers: asScript }],
    [`${origin}/worker.js`, { body: await workerScript, headers: asScript }],
    ...more,
  ]);
  const tab = await browser.newTab(served);
  await tab.goto(`${origin}${path}`);
  return tab;
}

/** A page for any origin that contains only `@latchkey/page`. */
export async function openProbe(browser: Browser, origin: string, headers: Record<string, string> = {}): Promise<Tab> {
  const tab = await open(browser, origin, '/probe', [
    [`${origin}/probe`, { body: page, headers: { ...asHtml, ...headers } }],
  ]);
  await until(tab, 'typeof ask === "function"');
  return tab;
}

/** A page that sends messages on load, without a click or any action of the test. @returns the answers */
export async function openSending(browser: Browser, origin: string, ...messages: unknown[]): Promise<unknown[]> {
  const tab = await open(browser, origin, `/probe#${encodeURIComponent(JSON.stringify(messages))}`, [
    [`${origin}/probe`, { body: page, headers: asHtml }],
  ]);
  await until(tab, 'window.sent !== undefined');
  const sent = await tab.evaluate<unknown[]>('window.sent');
  await tab.close();
  return sent;
}

/** The same page in an `iframe` with these attributes, in a page of the same origin. It posts results to its parent. */
export async function openFramed(browser: Browser, origin: string, attributes: string): Promise<Tab> {
  const html = `<!doctype html><iframe ${attributes} src="/framed"></iframe>
    <script>addEventListener('message', ({ data }) => { if (data.framed) window.framed = data.framed })</script>`;
  return open(browser, origin, '/frame', [
    [`${origin}/frame`, { body: html, headers: asHtml }],
    [`${origin}/framed`, { body: page, headers: asHtml }],
  ]);
}

export interface Asked {
  token?: string;
  type?: string;
  code?: string;
  message?: string;
  interaction?: string;
  retryAfterMs?: number;
}

/** Requests a token as the page. */
export const ask = (tab: Tab, resource: string, scopes: readonly string[], profile?: string): Promise<Asked> =>
  tab.evaluate(`ask(${[resource, scopes, profile].map((value) => JSON.stringify(value)).join()})`);

/** Requests a token from a worker of the page. */
export const askInWorker = (
  tab: Tab,
  kind: 'Worker' | 'SharedWorker',
  resource: string,
  scopes: readonly string[],
): Promise<Asked> =>
  tab.evaluate(`askInWorker(${[kind, resource, scopes].map((value) => JSON.stringify(value)).join()})`);

/** Sends a hello without the SDK. @returns all answers within a second */
export const knock = (tab: Tab): Promise<unknown[]> => tab.evaluate('knock()');

/** Sends arbitrary messages over a bridge port. @returns the answers, in order */
export const send = (tab: Tab, ...messages: unknown[]): Promise<{ id: string; e?: { code: string } }[]> =>
  // Parse it in the page. In a literal, `__proto__` would set the prototype instead of a key.
  tab.evaluate(`send(JSON.parse(${JSON.stringify(JSON.stringify(messages))}))`);
