import type { BrowserContext, Page } from 'playwright';
import { findChromium } from '../../../demo/browser/find.ts';
import { thisMachine } from '../../../demo/browser/machine.ts';
import { extensionUrl, openStage } from '../../../demo/play/stage.ts';
import type { Demo } from '../../../demo/stack.ts';
import { controlWorker } from '../kit/worker.ts';
import type { Browser, Served, Tab } from './browser.ts';

const quiet = { ...thisMachine, say: () => undefined };

/** Chromium, driven by Playwright. */
export async function openChromium(demo: Demo): Promise<Browser> {
  const { context, greeted, close } = await openStage(demo, await findChromium(quiet));
  const tabs = new WeakMap<Page, Tab>();
  const tabOf = (page: Page): Tab => {
    const known = tabs.get(page) ?? chromiumTab(page);
    tabs.set(page, known);
    return known;
  };
  const open = async (url: string): Promise<Page> => {
    const page = await context.newPage();
    await page.goto(url);
    return page;
  };
  return {
    demo,
    greeted,
    extensionUrl,
    tabs: async () => context.pages().map(tabOf),
    async newTab(served) {
      const page = await context.newPage();
      if (served) await serve(page, served);
      return tabOf(page);
    },
    openExtensionPage: async (path) => tabOf(await open(extensionUrl(path))),
    clearCookies: (host) => context.clearCookies({ domain: host }),
    stopBackground: () => stop(context, open),
    close,
  };
}

const chromiumTab = (page: Page): Tab => ({
  url: async () => page.url(),
  evaluate: (expression) => page.evaluate(expression),
  click: (selector) => page.click(selector),
  type: (selector, text) => page.fill(selector, text),
  goto: async (url) => void (await page.goto(url)),
  back: async () => void (await page.goBack({ waitUntil: 'commit' })),
  reload: async () => void (await page.reload()),
  toFront: () => page.bringToFront(),
  close: () => page.close(),
  isClosed: async () => page.isClosed(),
});

async function serve(page: Page, served: ReadonlyMap<string, Served>): Promise<void> {
  await page.route('**/*', async (route) => {
    const document = served.get(route.request().url());
    await (document ? route.fulfill(document) : route.continue());
  });
}

async function stop(context: BrowserContext, open: (url: string) => Promise<Page>): Promise<void> {
  // A page that asks the background for nothing: its own request would wake what is to be stopped.
  const page =
    context.pages().find((each) => each.url().startsWith(extensionUrl(''))) ??
    (await open(extensionUrl('icons/16.png')));
  await (await controlWorker(page)).stop();
}
