import { join } from 'node:path';
import { type Candidate, chromiumCandidates, firefoxCandidates } from '../../demo/browser/candidates.ts';
import type { Machine } from '../../demo/browser/machine.ts';
import { isUsable } from '../../demo/browser/usable.ts';
import type { DevBrowser, LaunchOptions } from './browser.ts';
import { launchChromium } from './chromium.ts';
import { launchFirefox } from './firefox.ts';

type Launch = (options: LaunchOptions) => Promise<DevBrowser>;

export interface OpenOptions {
  /** The folder of `chrome/` and `firefox/`. */
  extensionDir: string;
  /** The folder of the browsers' profiles. */
  dir: string;
  /** The page to open. */
  url: string;
  machine: Machine;
}

/**
 * Opens the first browser that starts with the extension: what `CHROMIUM_PATH` or `FIREFOX_PATH` names, else an installed
 * Chromium, Edge, Brave, Chrome or Firefox. Says which one.
 *
 * @returns `undefined` if there is none
 */
export async function openBrowser({ extensionDir, dir, url, machine }: OpenOptions): Promise<DevBrowser | undefined> {
  for (const { path, kind, launch } of await browsersOf(machine)) {
    const options = {
      executable: path,
      extensionDir: join(extensionDir, kind),
      profileDir: join(dir, `profile-${kind}`),
      url,
    };
    try {
      const browser = await launch(options);
      machine.say(
        `Browser: ${path}${browser.hasNoSandbox ? ', without its sandbox: visit only pages that you trust' : ''}`,
      );
      return browser;
    } catch (error) {
      machine.say(`${path} can't be used: ${error instanceof Error ? error.message : error}`);
    }
  }
  return undefined;
}

interface Found {
  path: string;
  kind: 'chrome' | 'firefox';
  launch: Launch;
}

async function browsersOf(machine: Machine): Promise<Found[]> {
  const chromium = (path: string): Found => ({ path, kind: 'chrome', launch: launchChromium });
  const firefox = (path: string): Found => ({ path, kind: 'firefox', launch: launchFirefox });
  const { CHROMIUM_PATH, FIREFOX_PATH } = machine.env;
  if (CHROMIUM_PATH) return [chromium(CHROMIUM_PATH)];
  if (FIREFOX_PATH) return [firefox(FIREFOX_PATH)];
  const installed = async (candidates: Candidate[]): Promise<string[]> => {
    const usable: string[] = [];
    // Chrome's refusal of `--load-extension`, which `googleBranded` is about, doesn't matter here.
    for (const { path } of candidates) if (await isUsable({ path, googleBranded: false }, machine)) usable.push(path);
    return usable;
  };
  return [
    ...(await installed(chromiumCandidates(machine.env, machine.platform))).map(chromium),
    ...(await installed(firefoxCandidates(machine.env, machine.platform))).map(firefox),
  ];
}
