import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright';
import { expect } from 'vitest';
import { driveChromium } from '../../../demo/browser/driven-chromium.ts';
import { findChromium } from '../../../demo/browser/find.ts';
import { thisMachine } from '../../../demo/browser/machine.ts';
import { chromeExtensionId, demoExtensionKey } from '../../../demo/extension-key.ts';
import type { RunningDemo } from '../../../demo/stack.ts';
import { controlWorker } from '../kit/worker.ts';
import type { Browser, Served } from './browser.ts';

const quiet = { ...thisMachine, say: () => undefined };

export interface ChromiumOptions {
  /** The manifest's `key`. Defaults to the demo's. */
  extensionKey?: string | undefined;
  /** Opens windows on this display (`:7`). Headless by default. */
  display?: string | undefined;
  /** A persistent profile. Defaults to a temporary one. */
  profileDir?: string | undefined;
  /** A Chromium whose policies install the extension. Defaults to one that loads it unpacked. */
  managed?: string | undefined;
}

/** Chromium, with what a program can do to it. */
export async function openChromium(demo: RunningDemo, options: ChromiumOptions = {}): Promise<Browser> {
  const { extensionKey = demoExtensionKey, display } = options;
  const own = options.profileDir === undefined ? await mkdtemp(join(tmpdir(), 'latchkey-profile-')) : undefined;
  const id = chromeExtensionId(extensionKey);
  const driven = await driveChromium(
    {
      executable: options.managed ?? (await findChromium(quiet)),
      extensionDir: options.managed === undefined ? demo.extensionDir : undefined,
      profileDir: options.profileDir ?? (own as string),
      headless: display === undefined,
      env: display === undefined ? undefined : { ...process.env, DISPLAY: display },
    },
    id,
  );
  const { context, extensionUrl, tabOf } = driven;
  /** A page that sends no requests to the background, because a request would wake it again. */
  const ownPage = async (): Promise<Page> => {
    const open = context.pages().find((page) => page.url().startsWith(extensionUrl('')));
    if (open) return open;
    const page = await context.newPage();
    await page.goto(extensionUrl('icons/16.png'));
    return page;
  };

  return {
    ...driven,
    demo,
    newTab: async (served) => tabOf(await newPage(context, served)),
    async newTabApart(served) {
      await inExtensionsPage(context, 'updateExtensionConfiguration', { extensionId: id, incognitoAccess: true });
      const apart = await context.browser()?.newContext();
      if (!apart) throw new Error('this Chromium opens no private window');
      return tabOf(await newPage(apart, served));
    },
    clearCookies: (host) => context.clearCookies({ domain: host }),
    async stopBackground() {
      await (await controlWorker(await ownPage())).stop();
    },
    async inBackground<T>(source: string): Promise<T> {
      // A stopped worker is still listed, and waiting for it would hang until something wakes it.
      await (await ownPage()).evaluate('void chrome.runtime.connect({ name: "latchkey:ui" })');
      const worker = context.serviceWorkers().at(-1) ?? (await context.waitForEvent('serviceworker'));
      return worker.evaluate<T>(`(${source})(self)`);
    },
    async updateExtension() {
      await inExtensionsPage(context, 'reload', id);
      // No event reports when it is back.
      const page = await context.newPage();
      await expect.poll(() => page.goto(extensionUrl('icons/16.png')).then(() => true, String)).toBe(true);
      await page.close();
    },
    async close() {
      await driven.close();
      if (own) await rm(own, { recursive: true, force: true });
    },
  };
}

async function newPage(context: BrowserContext, served: ReadonlyMap<string, Served> | undefined): Promise<Page> {
  const page = await context.newPage();
  if (!served) return page;
  await page.route('**/*', async (route) => {
    const document = served.get(route.request().url());
    await (document ? route.fulfill(document) : route.continue());
  });
  return page;
}

/**
 * Does what a user does on the browser's extensions page. The extension restarts. An unpacked extension needs developer
 * mode for that. Without it, the browser would disable the extension.
 */
async function inExtensionsPage(context: BrowserContext, method: string, argument: unknown): Promise<void> {
  const page = await context.newPage();
  await page.goto('chrome://extensions');
  await page.evaluate('chrome.developerPrivate.updateProfileConfiguration({ inDeveloperMode: true })');
  await page.evaluate(`chrome.developerPrivate.${method}(${JSON.stringify(argument)})`);
  await page.close();
}
