import { dirname, join } from 'node:path';
import puppeteer, { type Page, type Browser as Puppeteer } from 'puppeteer-core';
import { findFirefox } from '../../../demo/browser/find.ts';
import { thisMachine } from '../../../demo/browser/machine.ts';
import { demoFirefoxId } from '../../../demo/extension-key.ts';
import type { Demo } from '../../../demo/stack.ts';
import type { Browser, Served, Tab } from './browser.ts';

const quiet = { ...thisMachine, say: () => undefined };

/** Firefox draws the extension's host at random for each profile, unless a preference says it. */
const host = '5e1f5e1f-0000-4000-8000-1a7c4be90000';
const extensionUrl = (path: string): string => `moz-extension://${host}/${path}`;

/** WebDriver BiDi itself, for what puppeteer has no words for. */
interface Bidi {
  send(method: string, params: object): Promise<{ result: unknown }>;
}
const bidiOf = (browser: Puppeteer): Bidi => (browser as unknown as { connection: Bidi }).connection;
const contextOf = (page: Page): string => (page.mainFrame() as unknown as { _id: string })._id;

/** Firefox, driven by puppeteer over WebDriver BiDi. */
export async function openFirefox(demo: Demo): Promise<Browser> {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: await findFirefox(quiet),
    headless: true,
    args: ['--remote-allow-system-access'],
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    extraPrefsFirefox: {
      'extensions.webextOptionalPermissionPrompts': false,
      'extensions.webextensions.uuids': JSON.stringify({ [demoFirefoxId]: host }),
    },
  });
  await browser.installExtension(join(dirname(demo.extensionDir), 'firefox'));
  const bidi = bidiOf(browser);
  const greeted = await closeWelcome(bidi);
  const tabs = new WeakMap<Page, Tab>();
  const tabOf = (page: Page): Tab => {
    const known = tabs.get(page) ?? firefoxTab(page, bidi);
    tabs.set(page, known);
    return known;
  };
  return {
    demo,
    greeted,
    extensionUrl,
    async tabs() {
      const open = await openContexts(bidi);
      return (await browser.pages()).filter((page) => open.has(contextOf(page))).map(tabOf);
    },
    async newTab(served) {
      const page = await browser.newPage();
      if (served) await serve(page, served);
      return tabOf(page);
    },
    newContainerTab: async () => tabOf(await (await browser.createBrowserContext()).newPage()),
    async openExtensionPage(path) {
      const page = await browser.newPage();
      // Firefox tells nobody when a page of an extension has loaded: whoever asks it something waits for that.
      await bidi.send('browsingContext.navigate', { context: contextOf(page), url: extensionUrl(path), wait: 'none' });
      return tabOf(page);
    },
    async clearCookies(domain) {
      await bidi.send('storage.deleteCookies', { filter: { domain } });
    },
    stopBackground: () => stop(bidi),
    close: () => browser.close(),
  };
}

/** Puppeteer isn't told when a page of an extension closes. */
async function openContexts(bidi: Bidi): Promise<Set<string>> {
  return new Set((await contextsOf(bidi)).map(({ context }) => context));
}

async function contextsOf(bidi: Bidi): Promise<{ context: string; url: string }[]> {
  const { result } = await bidi.send('browsingContext.getTree', { maxDepth: 0 });
  return (result as { contexts: { context: string; url: string }[] }).contexts;
}

/** The extension greets who has installed it, unless a policy says otherwise; the page is closed, as a person would. */
async function closeWelcome(bidi: Bidi): Promise<boolean> {
  for (let tries = 0; tries < 50; tries += 1) {
    const welcome = (await contextsOf(bidi)).find(({ url }) => url === extensionUrl('ui/welcome.html'));
    if (welcome) {
      await bidi.send('browsingContext.close', { context: welcome.context });
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

const firefoxTab = (page: Page, bidi: Bidi): Tab => ({
  // Asked of the page itself: Firefox announces no navigation of an extension's pages.
  url: async () => (await page.evaluate('location.href').catch(() => '')) as string,
  evaluate: <T>(expression: string) => page.evaluate(expression) as Promise<T>,
  click: (selector) => page.click(selector),
  type: (selector, text) => page.type(selector, text),
  goto: async (url) => void (await page.goto(url)),
  back: async () => void (await page.goBack()),
  reload: async () => void (await page.reload()),
  toFront: () => page.bringToFront(),
  close: () => page.close(),
  isClosed: async () => page.isClosed() || !(await openContexts(bidi)).has(contextOf(page)),
});

async function serve(page: Page, served: ReadonlyMap<string, Served>): Promise<void> {
  page.on('request', (request) => {
    const document = served.get(request.url().split('#')[0] ?? '');
    void (document ? request.respond({ status: 200, ...document }) : request.continue()).catch(() => undefined);
  });
  await page.setRequestInterception(true);
}

/** Ends the event page from the browser's own side, the way its idle timer does. */
async function stop(bidi: Bidi): Promise<void> {
  const { result } = await bidi.send('browsingContext.getTree', { 'moz:scope': 'chrome' });
  const [window] = (result as { contexts: { context: string }[] }).contexts;
  const expression = `WebExtensionPolicy.getByID(${JSON.stringify(demoFirefoxId)}).extension.terminateBackground({ disableResetIdleForTest: true })`;
  await bidi.send('script.evaluate', { expression, target: { context: window?.context }, awaitPromise: true });
}
