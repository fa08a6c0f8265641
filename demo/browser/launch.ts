import { type BrowserContext, chromium } from 'playwright';

export interface LaunchOptions {
  /** Path of the browser. */
  executable: string;
  /** Folder of the unpacked extension. */
  extensionDir: string;
  /** Folder of the browser's profile. */
  profileDir: string;
  headless: boolean;
  /** Default: this process's own. */
  env?: NodeJS.ProcessEnv | undefined;
}

/**
 * Starts Chromium with the extension and a profile of its own. Closing the context ends the browser.
 *
 * Its sandbox is on for people where it can be: not for root, and not where the system lets nobody have one. In
 * tests, which visit nothing but their own pages, it is off.
 */
export async function launchBrowser(options: LaunchOptions): Promise<BrowserContext> {
  if (options.headless || process.getuid?.() === 0) return launch(options, false);
  return launch(options, true).catch(() => launch(options, false));
}

const launch = ({ executable, extensionDir, profileDir, headless, env }: LaunchOptions, chromiumSandbox: boolean) =>
  chromium.launchPersistentContext(profileDir, {
    executablePath: executable,
    chromiumSandbox,
    ...(env ? { env } : {}),
    // Playwright's own headless mode is another program, without extensions: --headless=new is the real one.
    headless: false,
    // Browsers start slowly on a busy machine.
    timeout: 120_000,
    viewport: headless ? { width: 1_100, height: 800 } : null,
    // The caller handles signals: it closes the context, then exits.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    args: [
      ...(headless ? ['--headless=new', '--disable-gpu'] : []),
      `--disable-extensions-except=${extensionDir}`,
      `--load-extension=${extensionDir}`,
      '--no-first-run',
      '--no-default-browser-check',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--disable-quic',
    ],
  });
