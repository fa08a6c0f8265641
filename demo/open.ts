import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { findChromium, findFirefox } from './browser/find.ts';
import type { BrowserName } from './browser/install.ts';
import { launchBrowser } from './browser/launch.ts';
import { launchFirefox } from './browser/launch-firefox.ts';
import { firefoxExtension } from './build-extension.ts';
import type { Demo } from './stack.ts';

/** A browser that a person uses. */
interface OpenBrowser {
  /** Resolves when it has been closed, by whomever. */
  ended: Promise<void>;
  close(): Promise<void>;
}

/** Opens the browser with the extension, both sites in tabs, and a profile that stays in the folder of the state. */
export const openForPerson: Record<BrowserName, (demo: Demo) => Promise<OpenBrowser>> = {
  async chromium({ extensionDir, state, origins }) {
    const context = await launchBrowser({
      executable: await findChromium(),
      extensionDir,
      profileDir: join(state.dir, 'profile'),
      headless: false,
    });
    const ended = new Promise<void>((resolve) => context.once('close', () => resolve()));
    const [first = await context.newPage()] = context.pages();
    await first.goto(origins.shop);
    await (await context.newPage()).goto(origins.notes);
    await first.bringToFront();
    return { ended, close: () => context.close() };
  },

  async firefox({ extensionDir, state, origins }) {
    const profileDir = join(state.dir, 'profile-firefox');
    await mkdir(profileDir, { recursive: true });
    const browser = await launchFirefox({
      executable: await findFirefox(),
      extensionDir: firefoxExtension(extensionDir),
      profileDir,
      headless: false,
    });
    const ended = new Promise<void>((resolve) => browser.once('disconnected', () => resolve()));
    const [first = await browser.newPage()] = await browser.pages();
    await first.goto(origins.shop);
    await (await browser.newPage()).goto(origins.notes);
    await first.bringToFront();
    return { ended, close: () => browser.close() };
  },
};
