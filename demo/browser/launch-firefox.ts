import puppeteer, { type Browser as Puppeteer } from 'puppeteer-core';
import { demoFirefoxId } from '../extension-key.ts';
import { pageSize } from './driven.ts';

export interface FirefoxOptions {
  /** The browser's path. */
  executable: string;
  /** The folder of the unpacked extension. `undefined` if a policy installs it. */
  extensionDir: string | undefined;
  /** The folder of the browser's profile. Default: a temporary one. */
  profileDir?: string | undefined;
  headless: boolean;
}

/** Firefox chooses a random extension host per profile, unless a preference sets it. */
const host = '5e1f5e1f-0000-4000-8000-1a7c4be90000';

export const firefoxExtensionUrl = (path: string): string => `moz-extension://${host}/${path}`;

/**
 * Starts Firefox over WebDriver BiDi and puts the extension into it, as a temporary add-on. A headless one is for
 * programs: it grants what a person would be asked, and lets the program into the browser itself.
 */
export async function launchFirefox(options: FirefoxOptions): Promise<Puppeteer> {
  const { executable, extensionDir, profileDir, headless } = options;
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath: executable,
    headless,
    // Browsers start slowly on a busy machine.
    timeout: 120_000,
    defaultViewport: headless ? pageSize : null,
    args: headless ? ['--remote-allow-system-access'] : [],
    // The caller handles signals: it closes the browser and exits.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    ...(profileDir === undefined ? {} : { userDataDir: profileDir }),
    extraPrefsFirefox: {
      'extensions.webextensions.uuids': JSON.stringify({ [demoFirefoxId]: host }),
      ...(headless ? { 'extensions.webextOptionalPermissionPrompts': false } : {}),
      // Allow a permanent installation without a signature. Only tests have such a policy.
      ...(extensionDir === undefined ? { 'xpinstall.signatures.required': false } : {}),
    },
  });
  try {
    if (extensionDir !== undefined) await browser.installExtension(extensionDir);
  } catch (error) {
    await browser.close();
    throw error;
  }
  return browser;
}
