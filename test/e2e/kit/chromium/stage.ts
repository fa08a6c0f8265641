import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BrowserContext, Page } from 'playwright';
import { driveChromium } from '../../../../demo/browser/driven-chromium.ts';
import { chromeExtensionId, demoExtensionKey } from '../../../../demo/extension-key.ts';
import type { Demo } from '../../../../demo/stack.ts';

/** What a browser needs of a demo. */
export type Ground = Pick<Demo, 'origins' | 'extensionDir'>;

/** A headless browser with the extension and a new profile. */
export interface Stage<D extends Ground = Demo> {
  demo: D;
  /** Whether the extension opened its welcome page, which has been closed. */
  greeted: boolean;
  context: BrowserContext;
  /** A temporary folder. */
  dir: string;
  /** A page of the extension, such as `ui/popup.html`, opened as a tab. */
  openExtensionPage(path: string): Promise<Page>;
  openTab(url: string): Promise<Page>;
  /** Returns the window that opens while `act` runs, once its URL starts with `prefix`. */
  windowOf(prefix: string, act: () => Promise<unknown>): Promise<Page>;
  close(): Promise<void>;
}

const extensionId = chromeExtensionId(demoExtensionKey);
const popupSize = { width: 380, height: 600 };

export const extensionUrl = (path: string): string => `chrome-extension://${extensionId}/${path}`;

/** Opens the browser and waits until the extension's worker has started. @param parent the folder for its temporary folder */
export async function openStage<D extends Ground>(
  demo: D,
  executable: string,
  parent: string = tmpdir(),
): Promise<Stage<D>> {
  const dir = await mkdtemp(join(parent, 'latchkey-'));
  const profileDir = join(dir, 'profile');
  const { context, greeted } = await driveChromium(
    { executable, extensionDir: demo.extensionDir, profileDir, headless: true },
    extensionId,
  );
  const openTab = async (url: string): Promise<Page> => {
    const page = await context.newPage();
    await page.goto(url);
    return page;
  };

  return {
    demo,
    greeted,
    context,
    dir,
    openTab,
    async openExtensionPage(path) {
      const page = await openTab(extensionUrl(path));
      await page.setViewportSize(popupSize);
      return page;
    },
    async windowOf(prefix, act) {
      const [page] = await Promise.all([context.waitForEvent('page'), act()]);
      await page.waitForURL((url) => url.href.startsWith(prefix));
      return page;
    },
    async close() {
      await context.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
