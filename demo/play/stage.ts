import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DrivenBrowser } from '../browser/driven.ts';
import { driveChromium } from '../browser/driven-chromium.ts';
import { driveFirefox } from '../browser/driven-firefox.ts';
import { findChromium, findFirefox } from '../browser/find.ts';
import type { BrowserName } from '../browser/install.ts';
import { firefoxExtension } from '../build-extension.ts';
import { chromeExtensionId, demoExtensionKey } from '../extension-key.ts';
import type { Demo } from '../stack.ts';

/** A headless browser with the extension and a new profile, and the demo that it visits. */
export interface Stage extends DrivenBrowser {
  demo: Demo;
  /** A temporary folder. */
  dir: string;
}

/** Opens the browser and waits until the extension has started. */
export async function openStage(demo: Demo, browser: BrowserName): Promise<Stage> {
  const dir = await mkdtemp(join(tmpdir(), 'latchkey-'));
  const driven = await drivers[browser](demo, join(dir, 'profile'));
  return {
    ...driven,
    demo,
    dir,
    async close() {
      await driven.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

const drivers: Record<BrowserName, (demo: Demo, profileDir: string) => Promise<DrivenBrowser>> = {
  chromium: async ({ extensionDir }, profileDir) =>
    driveChromium(
      { executable: await findChromium(), extensionDir, profileDir, headless: true },
      chromeExtensionId(demoExtensionKey),
    ),
  // Puppeteer makes a temporary profile, and removes it.
  firefox: async ({ extensionDir }) =>
    driveFirefox({ executable: await findFirefox(), extensionDir: firefoxExtension(extensionDir) }),
};
