import type { Page, Browser as Puppeteer } from 'puppeteer-core';
import { expect } from 'vitest';
import { inChrome } from '../../../demo/browser/bidi.ts';
import { driveFirefox, extensionInFirefox } from '../../../demo/browser/driven-firefox.ts';
import { findFirefox } from '../../../demo/browser/find.ts';
import { thisMachine } from '../../../demo/browser/machine.ts';
import { firefoxExtension } from '../../../demo/build-extension.ts';
import type { RunningDemo } from '../../../demo/stack.ts';
import type { Browser, Served, Tab } from './browser.ts';

const quiet = { ...thisMachine, say: () => undefined };

export interface FirefoxOptions {
  /** A different Firefox, whose policy installs the extension. */
  executable?: string | undefined;
  /** A persistent profile. Defaults to a temporary one. */
  profileDir?: string | undefined;
}

/** Firefox, with what a program can do to it. */
export async function openFirefox(demo: RunningDemo, options: FirefoxOptions = {}): Promise<Browser> {
  const { executable, profileDir } = options;
  const extensionDir = firefoxExtension(demo.extensionDir);
  const driven = await driveFirefox({
    executable: executable ?? (await findFirefox(quiet)),
    extensionDir: executable === undefined ? extensionDir : undefined,
    profileDir,
  });
  const { puppeteer, bidi, tabOf } = driven;
  let helper: Tab | undefined;
  return {
    ...driven,
    demo,
    newTab: async (served) => tabOf(await newPage(puppeteer, served)),
    newTabApart: async (served) => tabOf(await newPage(await puppeteer.createBrowserContext(), served)),
    async clearCookies(domain) {
      await bidi.send('storage.deleteCookies', { filter: { domain } });
    },
    /** Stops it from within the browser, like its idle timer. */
    stopBackground: () =>
      inChrome(bidi, `${extensionInFirefox}.terminateBackground({ disableResetIdleForTest: true })`),
    async inBackground<T>(source: string): Promise<T> {
      // Keep it open. Everything it installed in the background ends with it.
      if (!helper || (await helper.isClosed())) helper = await driven.openExtensionPage('ui/popup.html');
      const page = helper;
      await expect.poll(() => page.evaluate('typeof browser.runtime').catch(String)).toBe('object');
      return page.evaluate<T>(`browser.runtime.getBackgroundPage().then(${source})`);
    },
    updateExtension: async () => void (await puppeteer.installExtension(extensionDir)),
  };
}

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
