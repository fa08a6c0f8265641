import { bridgeScript } from './bridge-script.ts';
import { browser } from './browser.ts';
import { matchPattern } from './match-pattern.ts';

/** Access to hosts, which the person gives one by one in the store build. */
export interface Sites {
  /** Whether pages (or the broker) at this origin may be reached. */
  isReachable(origin: string): Promise<boolean>;
  /** Match patterns of the hosts that may be reached, as the person gave them one by one. */
  reachable(): Promise<string[]>;
  /** Puts the bridge into pages that match from now on, and into no other. */
  register(patterns: readonly string[]): Promise<void>;
  /** Puts the bridge into the tabs that are open there now. */
  inject(origin: string): Promise<void>;
  /** Must be called before the first `await` of the background. */
  onReachable(listener: () => void): void;
}

const id = 'bridge';

export const sites: Sites = {
  isReachable: (origin) => browser.permissions.contains({ origins: [matchPattern(origin)] }),
  async reachable() {
    const { origins = [] } = await browser.permissions.getAll();
    // All sites at once is a setting of the browser's, and connects none.
    return origins.filter((pattern) => URL.canParse(pattern) && !new URL(pattern).hostname.includes('*'));
  },
  async register(patterns) {
    const matches = [...new Set(patterns)];
    const known = (await browser.scripting.getRegisteredContentScripts({ ids: [id] })).length > 0;
    if (matches.length === 0) {
      if (known) await browser.scripting.unregisterContentScripts({ ids: [id] });
      return;
    }
    const script = { id, matches, js: [bridgeScript], runAt: 'document_start' as const, persistAcrossSessions: true };
    if (known) await browser.scripting.updateContentScripts([script]);
    else await browser.scripting.registerContentScripts([script]);
  },
  async inject(origin) {
    const tabs = await browser.tabs.query({ url: matchPattern(origin) });
    const injected = tabs.map(async (tab) => {
      if (tab.id !== undefined)
        await browser.scripting.executeScript({ target: { tabId: tab.id }, files: [bridgeScript] });
    });
    // A tab may be an error page, or gone by now.
    await Promise.allSettled(injected);
  },
  onReachable: (listener) => browser.permissions.onAdded.addListener(listener),
};

/** Asks the person for access. It must be the first call of a click's handler: browsers drop the click at the first `await`. */
export const requestAccess = (origin: string): Promise<boolean> =>
  browser.permissions.request({ origins: [matchPattern(origin)] });
