import type { Page, Browser as Puppeteer } from 'puppeteer-core';

/** Raw WebDriver BiDi, for what Puppeteer doesn't support. */
export interface Bidi {
  send(method: string, params: object): Promise<{ result: unknown }>;
}

interface Context {
  context: string;
  url: string;
}

export const bidiOf = (browser: Puppeteer): Bidi => (browser as unknown as { connection: Bidi }).connection;

/** The ID of the page's browsing context. */
export const contextOf = (page: Page): string => (page.mainFrame() as unknown as { _id: string })._id;

/** The tabs that are open. Puppeteer gets no event when an extension page closes. */
export async function openContexts(bidi: Bidi): Promise<Set<string>> {
  return new Set((await contextsOf(bidi)).map(({ context }) => context));
}

export async function contextsOf(bidi: Bidi): Promise<Context[]> {
  const { result } = await bidi.send('browsingContext.getTree', { maxDepth: 0 });
  return (result as { contexts: Context[] }).contexts;
}

/** Runs an expression in the browser's own window, and awaits its promise. This needs `--remote-allow-system-access`. */
export async function inChrome<T>(bidi: Bidi, expression: string): Promise<T> {
  const { result } = await bidi.send('browsingContext.getTree', { 'moz:scope': 'chrome' });
  const [window] = (result as { contexts: Context[] }).contexts;
  const evaluation = { expression, target: { context: window?.context }, awaitPromise: true };
  const { result: answer } = await bidi.send('script.evaluate', evaluation);
  return (answer as { result?: { value?: T } }).result?.value as T;
}
