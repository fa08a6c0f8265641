import { dirname, join } from 'node:path';
import puppeteer, { type Page, type Browser as Puppeteer } from 'puppeteer-core';
import { expect } from 'vitest';
import { findFirefox } from '../../../demo/browser/find.ts';
import { thisMachine } from '../../../demo/browser/machine.ts';
import { demoFirefoxId } from '../../../demo/extension-key.ts';
import type { RunningDemo } from '../../../demo/stack.ts';
import type { Browser, Served, Tab } from './browser.ts';

const quiet = { ...thisMachine, say: () => undefined };

/** Firefox chooses a random extension host per profile, unless a preference sets it. */
const host = '5e1f5e1f-0000-4000-8000-1a7c4be90000';
const extensionUrl = (path: string): string => `moz-extension://${host}/${path}`;

/** Raw WebDriver BiDi, for what Puppeteer doesn't support. */
interface Bidi {
  send(method: string, params: object): Promise<{ result: unknown }>;
}
const bidiOf = (browser: Puppeteer): Bidi => (browser as unknown as { connection: Bidi }).connection;
const contextOf = (page: Page): string => (page.mainFrame() as unknown as { _id: string })._id;

export interface FirefoxOptions {
  /** A different Firefox, whose policy installs the extension. */
  executable?: string | undefined;
  /** A persistent profile. Defaults to a temporary one. */
  profileDir?: string | undefined;
}

/** Firefox, driven by Puppeteer over WebDriver BiDi. */
export async function openFirefox(demo: RunningDemo, options: FirefoxOptions = {}): Promise<Browser> {
  const { executable, profileDir } = options;
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: executable ?? (await findFirefox(quiet)),
    headless: true,
    timeout: 120_000,
    args: ['--remote-allow-system-access'],
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    ...(profileDir === undefined ? {} : { userDataDir: profileDir }),
    extraPrefsFirefox: {
      'extensions.webextOptionalPermissionPrompts': false,
      // Allow a permanent installation without a signature. Only this test uses the build.
      'xpinstall.signatures.required': false,
      'extensions.webextensions.uuids': JSON.stringify({ [demoFirefoxId]: host }),
    },
  });
  const install = () => browser.installExtension(join(dirname(demo.extensionDir), 'firefox'));
  const bidi = bidiOf(browser);
  try {
    if (executable === undefined) await install();
    else await installed(bidi);
  } catch (error) {
    await browser.close();
    throw error;
  }
  const greeted = await closeWelcome(bidi, executable === undefined ? 600 : 50);
  const tabs = new WeakMap<Page, Tab>();
  const tabOf = (page: Page): Tab => {
    const known = tabs.get(page) ?? firefoxTab(page, bidi);
    tabs.set(page, known);
    return known;
  };
  const open = async (path: string): Promise<Page> => {
    const page = await browser.newPage();
    // Firefox sends no event when an extension page has loaded, so each request to the page waits for it.
    await bidi.send('browsingContext.navigate', { context: contextOf(page), url: extensionUrl(path), wait: 'none' });
    return page;
  };
  let helper: Page | undefined;
  return {
    demo,
    greeted,
    extensionUrl,
    async tabs() {
      const open = await openContexts(bidi);
      return (await browser.pages()).filter((page) => open.has(contextOf(page))).map(tabOf);
    },
    newTab: async (served) => tabOf(await newPage(browser, served)),
    newTabApart: async (served) => tabOf(await newPage(await browser.createBrowserContext(), served)),
    openExtensionPage: async (path) => tabOf(await open(path)),
    async clearCookies(domain) {
      await bidi.send('storage.deleteCookies', { filter: { domain } });
    },
    /** Stops it from within the browser, like its idle timer. */
    stopBackground: () => inChrome(bidi, `${extension}.terminateBackground({ disableResetIdleForTest: true })`),
    async inBackground<T>(source: string): Promise<T> {
      // Keep it open. Everything it installed in the background ends with it.
      if (!helper || !(await openContexts(bidi)).has(contextOf(helper))) helper = await open('ui/popup.html');
      const page = helper;
      await expect.poll(() => page.evaluate('typeof browser.runtime').catch(String)).toBe('object');
      return (await page.evaluate(`browser.runtime.getBackgroundPage().then(${source})`)) as T;
    },
    updateExtension: async () => void (await install()),
    close: () => browser.close(),
  };
}

/** Waits until the policy has installed the extension, which happens some time after the start. */
async function installed(bidi: Bidi): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if ((await inChrome(bidi, `String(${extension})`)) !== 'undefined') return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the policy did not install the extension');
}

/** Puppeteer gets no event when an extension page closes. */
async function openContexts(bidi: Bidi): Promise<Set<string>> {
  return new Set((await contextsOf(bidi)).map(({ context }) => context));
}

async function contextsOf(bidi: Bidi): Promise<{ context: string; url: string }[]> {
  const { result } = await bidi.send('browsingContext.getTree', { maxDepth: 0 });
  return (result as { contexts: { context: string; url: string }[] }).contexts;
}

/**
 * Closes the welcome page, which the extension opens after its installation unless a policy disables it.
 *
 * @param tenths maximum wait, in tenths of a second: long if the page must open, short after an installation by policy
 */
async function closeWelcome(bidi: Bidi, tenths: number): Promise<boolean> {
  for (let tries = 0; tries < tenths; tries += 1) {
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
  // Ask the page itself, because Firefox reports no navigation of extension pages.
  url: async () => (await page.evaluate('location.href').catch(() => '')) as string,
  evaluate: <T>(expression: string) => page.evaluate(expression) as Promise<T>,
  click: (selector) => page.click(selector),
  hover: (selector) => page.hover(selector),
  type: (selector, text) => page.type(selector, text),
  goto: async (url) => void (await page.goto(url)),
  back: async () => void (await page.goBack()),
  reload: async () => void (await page.reload()),
  toFront: () => page.bringToFront(),
  close: () => page.close(),
  isClosed: async () => page.isClosed() || !(await openContexts(bidi)).has(contextOf(page)),
});

async function newPage(
  from: Pick<Puppeteer, 'newPage'>,
  served: ReadonlyMap<string, Served> | undefined,
): Promise<Page> {
  const page = await from.newPage();
  if (!served) return page;
  page.on('request', (request) => {
    const document = served.get(request.url().split('#')[0] ?? '');
    void (document ? request.respond({ status: 200, ...document }) : request.continue()).catch(() => undefined);
  });
  await page.setRequestInterception(true);
  return page;
}

/** The browser's internal object for the extension. */
const extension = `WebExtensionPolicy.getByID(${JSON.stringify(demoFirefoxId)})?.extension`;

/** Runs an expression in the browser's own window, and awaits its promise. */
async function inChrome<T>(bidi: Bidi, expression: string): Promise<T> {
  const { result } = await bidi.send('browsingContext.getTree', { 'moz:scope': 'chrome' });
  const [window] = (result as { contexts: { context: string }[] }).contexts;
  const evaluation = { expression, target: { context: window?.context }, awaitPromise: true };
  const { result: answer } = await bidi.send('script.evaluate', evaluation);
  return (answer as { result?: { value?: T } }).result?.value as T;
}
