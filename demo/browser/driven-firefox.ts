import type { Page, Browser as Puppeteer } from 'puppeteer-core';
import { demoFirefoxId } from '../extension-key.ts';
import { type Bidi, bidiOf, contextOf, contextsOf, inChrome, openContexts } from './bidi.ts';
import { bearerOf, type DrivenBrowser, type Tab } from './driven.ts';
import { type FirefoxOptions, firefoxExtensionUrl, launchFirefox } from './launch-firefox.ts';

/** Firefox, driven by Puppeteer over WebDriver BiDi. */
export interface DrivenFirefox extends DrivenBrowser {
  puppeteer: Puppeteer;
  bidi: Bidi;
  /** The same tab for the same page. */
  tabOf(page: Page): Tab;
}

/** The browser's internal object for the extension. */
export const extensionInFirefox = `WebExtensionPolicy.getByID(${JSON.stringify(demoFirefoxId)})?.extension`;

/** Starts a headless Firefox, and waits until the extension has started. */
export async function driveFirefox(options: Omit<FirefoxOptions, 'headless'>): Promise<DrivenFirefox> {
  const puppeteer = await launchFirefox({ ...options, headless: true });
  const bidi = bidiOf(puppeteer);
  const byPolicy = options.extensionDir === undefined;
  if (byPolicy) {
    try {
      await installed(bidi);
    } catch (error) {
      await puppeteer.close();
      throw error;
    }
  }
  const known = new WeakMap<Page, Tab>();
  const tabOf = (page: Page): Tab => {
    const tab = known.get(page) ?? firefoxTab(page, bidi);
    known.set(page, tab);
    return tab;
  };
  return {
    puppeteer,
    bidi,
    tabOf,
    greeted: await closeWelcome(bidi, byPolicy ? 50 : 600),
    extensionUrl: firefoxExtensionUrl,
    async tabs() {
      const open = await openContexts(bidi);
      return (await puppeteer.pages()).filter((page) => open.has(contextOf(page))).map(tabOf);
    },
    newTab: async () => tabOf(await puppeteer.newPage()),
    async openExtensionPage(path) {
      const page = await puppeteer.newPage();
      // Firefox sends no event when an extension page has loaded, so each request to the page waits for it.
      const url = firefoxExtensionUrl(path);
      await bidi.send('browsingContext.navigate', { context: contextOf(page), url, wait: 'none' });
      return tabOf(page);
    },
    onOpened: (hear) => void puppeteer.on('targetcreated', (target) => hear(target.url())),
    close: () => puppeteer.close(),
  };
}

const firefoxTab = (page: Page, bidi: Bidi): Tab => ({
  // Ask the page itself, because Firefox reports no navigation of extension pages.
  url: async () => (await page.evaluate('location.href').catch(() => '')) as string,
  evaluate: <T>(expression: string) => page.evaluate(expression) as Promise<T>,
  click: (selector) => page.click(selector),
  hover: (selector) => page.hover(selector),
  async type(selector, text) {
    await page.evaluate(`document.querySelector(${JSON.stringify(selector)}).value = ''`);
    await page.type(selector, text);
  },
  goto: async (url) => void (await page.goto(url)),
  back: async () => void (await page.goBack()),
  reload: async () => void (await page.reload()),
  toFront: () => page.bringToFront(),
  resize: (size) => page.setViewport(size),
  screenshot: async (path) => void (await page.screenshot({ path: path as `${string}.png` })),
  async bearerAnswer(act) {
    const answered = page.waitForResponse((response) => bearerOf(response.request().headers()) !== undefined);
    const [response] = await Promise.all([answered, act()]);
    return { status: response.status(), token: bearerOf(response.request().headers()) ?? '' };
  },
  close: () => page.close(),
  isClosed: async () => page.isClosed() || !(await openContexts(bidi)).has(contextOf(page)),
});

/** Waits until the policy has installed the extension, which happens some time after the start. */
async function installed(bidi: Bidi): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if ((await inChrome(bidi, `String(${extensionInFirefox})`)) !== 'undefined') return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('the policy did not install the extension');
}

/**
 * Closes the welcome page, which the extension opens after its installation unless a policy disables it.
 *
 * @param tenths maximum wait, in tenths of a second: long if the page must open, short after an installation by policy
 */
async function closeWelcome(bidi: Bidi, tenths: number): Promise<boolean> {
  for (let tries = 0; tries < tenths; tries += 1) {
    const welcome = (await contextsOf(bidi)).find(({ url }) => url === firefoxExtensionUrl('ui/welcome.html'));
    if (welcome) {
      await bidi.send('browsingContext.close', { context: welcome.context });
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}
