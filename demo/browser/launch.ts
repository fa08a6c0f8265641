import { type BrowserContext, chromium } from 'playwright';

export interface LaunchOptions {
  /** The browser's path. */
  executable: string;
  /** The folder of the unpacked extension. `undefined` if a policy installs and updates it. */
  extensionDir: string | undefined;
  /** The folder of the browser's profile. */
  profileDir: string;
  headless: boolean;
  /** Default: this process's own. */
  env?: NodeJS.ProcessEnv | undefined;
}

/**
 * Starts Chromium with the extension and its own profile. Closing the context closes the browser.
 *
 * The sandbox is on if possible: it isn't for root, or if the system doesn't allow one. In
 * tests, which visit only their own pages, it is off.
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
    // Playwright's headless mode is another program without extensions. --headless=new is the real browser.
    headless: false,
    // Browsers start slowly on a busy machine.
    timeout: 120_000,
    viewport: headless ? { width: 1_100, height: 800 } : null,
    // The caller handles signals: it closes the context and exits.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
    // Playwright's own switches stop policies from installing and updating extensions.
    ...(extensionDir === undefined
      ? { ignoreDefaultArgs: ['--disable-extensions', '--disable-background-networking'] }
      : {}),
    args: [
      ...(headless ? ['--headless=new', '--disable-gpu'] : []),
      ...(extensionDir === undefined ? [] : unpacked(extensionDir)),
      '--no-first-run',
      '--no-default-browser-check',
      '--disable-component-update',
      '--disable-sync',
      '--disable-quic',
    ],
  });

const unpacked = (extensionDir: string): string[] => [
  `--disable-extensions-except=${extensionDir}`,
  `--load-extension=${extensionDir}`,
  '--disable-background-networking',
];
