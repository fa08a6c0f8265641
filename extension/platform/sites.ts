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
  /** Whether the bridge is put into pages at this origin, by the manifest or by `register`. */
  hasBridge(origin: string): Promise<boolean>;
  /** Gives access to a host back to the browser. */
  giveUp(origin: string): Promise<void>;
  /** Must be called before the first `await` of the background. */
  onReachable(listener: () => void): void;
  /** The person, here or in the browser's own settings, has taken access back. Called like `onReachable`. */
  onUnreachable(listener: () => void): void;
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
    // A tab may be an error page, or gone by now; not waited for, since one that hangs would hold up the others.
    void Promise.allSettled(injected);
  },
  async hasBridge(origin) {
    const { content_scripts: built = [], permissions = [] } = browser.runtime.getManifest();
    // Only the store build may, and does, register scripts.
    const registered = permissions.includes('scripting')
      ? await browser.scripting.getRegisteredContentScripts({ ids: [id] })
      : [];
    return [...built, ...registered].some(({ matches = [] }) => matches.includes(matchPattern(origin)));
  },
  async giveUp(origin) {
    await browser.permissions.remove({ origins: [matchPattern(origin)] });
  },
  onReachable: (listener) => browser.permissions.onAdded.addListener(listener),
  onUnreachable: (listener) => browser.permissions.onRemoved.addListener(listener),
};

/** Gives access that the person allowed back to the browser. @param pattern as `Sites.reachable` lists it */
export const giveUpAccess = (pattern: string): Promise<boolean> => browser.permissions.remove({ origins: [pattern] });

/** Asks the person for access. It must be the first call of a click's handler: browsers drop the click at the first `await`. */
export const requestAccess = (origin: string): Promise<boolean> =>
  browser.permissions.request({ origins: [matchPattern(origin)] });
