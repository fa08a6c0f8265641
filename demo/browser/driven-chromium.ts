import type { BrowserContext, Page } from 'playwright';
import { bearerOf, type DrivenBrowser, type Tab } from './driven.ts';
import { type LaunchOptions, launchBrowser } from './launch.ts';

/** Chromium, driven by Playwright. */
export interface DrivenChromium extends DrivenBrowser {
  context: BrowserContext;
  /** The same tab for the same page. */
  tabOf(page: Page): Tab;
}

/** Starts Chromium, and waits until the extension with this ID has started. */
export async function driveChromium(options: LaunchOptions, extensionId: string): Promise<DrivenChromium> {
  const context = await launchBrowser(options);
  context.setDefaultTimeout(30_000);
  if (context.serviceWorkers().length === 0) await context.waitForEvent('serviceworker');

  const extensionUrl = (path: string): string => `chrome-extension://${extensionId}/${path}`;
  const known = new WeakMap<Page, Tab>();
  const tabOf = (page: Page): Tab => {
    const tab = known.get(page) ?? chromiumTab(page);
    known.set(page, tab);
    return tab;
  };
  return {
    context,
    tabOf,
    greeted: await closeWelcome(context, extensionUrl('ui/welcome.html')),
    extensionUrl,
    tabs: async () => context.pages().map(tabOf),
    newTab: async () => tabOf(await context.newPage()),
    async openExtensionPage(path) {
      const page = await context.newPage();
      await page.goto(extensionUrl(path));
      return tabOf(page);
    },
    onOpened: (hear) => void context.on('page', (page) => hear(page.url())),
    close: () => context.close(),
  };
}

const chromiumTab = (page: Page): Tab => ({
  url: async () => page.url(),
  evaluate: (expression) => page.evaluate(expression),
  click: (selector) => page.click(selector),
  hover: (selector) => page.hover(selector),
  type: (selector, text) => page.fill(selector, text),
  goto: async (url) => void (await page.goto(url)),
  back: async () => void (await page.goBack({ waitUntil: 'commit' })),
  reload: async () => void (await page.reload()),
  toFront: () => page.bringToFront(),
  resize: (size) => page.setViewportSize(size),
  screenshot: async (path) => void (await page.screenshot({ path })),
  async bearerAnswer(act) {
    const isOne = (request: { headers(): Record<string, string> }) => bearerOf(request.headers()) !== undefined;
    const [request] = await Promise.all([page.waitForEvent('requestfinished', isOne), act()]);
    const response = await request.response();
    return { status: response?.status() ?? 0, token: bearerOf(request.headers()) ?? '' };
  },
  close: () => page.close(),
  isClosed: async () => page.isClosed(),
});

/** After its installation, the extension opens a welcome page, unless a policy says otherwise. Closes it. */
async function closeWelcome(context: BrowserContext, url: string): Promise<boolean> {
  // The first start may be slow on a busy machine.
  for (let tries = 0; tries < 150; tries += 1) {
    const welcome = context.pages().find((page) => page.url() === url);
    if (welcome) {
      await welcome.close();
      return true;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}
