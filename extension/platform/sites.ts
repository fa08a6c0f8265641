import { bridgeScript } from './bridge-script.ts';
import { browser } from './browser.ts';
import { matchPattern } from './match-pattern.ts';

/** Host access. In the store build, the user grants it for each host. */
export interface Sites {
  /** Whether the extension has access to this origin, of a page or of the broker. */
  isReachable(origin: string): Promise<boolean>;
  /** Match patterns of the hosts that the user granted individually. */
  reachable(): Promise<string[]>;
  /** Registers the bridge for pages that match, and unregisters it everywhere else. */
  register(patterns: readonly string[]): Promise<void>;
  /** Injects the bridge into the tabs that are open now and match. */
  inject(patterns: readonly string[]): Promise<void>;
  /** Whether the manifest or `register` injects the bridge into pages at this origin. */
  hasBridge(origin: string): Promise<boolean>;
  /** Gives up access to a host. */
  giveUp(origin: string): Promise<void>;
  /** Call it before the first `await` of the background. */
  onReachable(listener: () => void): void;
  /** Listens for removed access, here or in the browser's settings. Call it before the first `await`, too. */
  onUnreachable(listener: () => void): void;
}

const id = 'bridge';

export const sites: Sites = {
  isReachable: (origin) => browser.permissions.contains({ origins: [matchPattern(origin)] }),
  async reachable() {
    const { origins = [] } = await browser.permissions.getAll();
    // Access to all sites is a browser setting. It doesn't turn on any individual site.
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
  async inject(patterns) {
    if (patterns.length === 0) return;
    const tabs = await browser.tabs.query({ url: [...patterns] });
    const injected = tabs.map(async (tab) => {
      if (tab.id !== undefined)
        await browser.scripting.executeScript({ target: { tabId: tab.id }, files: [bridgeScript] });
    });
    // A tab may show an error page or be gone. Don't wait: one tab that hangs must not delay the others.
    void Promise.allSettled(injected);
  },
  async hasBridge(origin) {
    const { content_scripts: built = [], permissions = [] } = browser.runtime.getManifest();
    // Only the store build registers scripts, and only it has this permission.
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

/** Gives up access that the user granted. @param pattern as `Sites.reachable` lists it */
export const giveUpAccess = (pattern: string): Promise<boolean> => browser.permissions.remove({ origins: [pattern] });

/**
 * Asks the user for access. It must be the first call in a click handler: after the first `await`, the click no longer
 * counts as user activation.
 */
export const requestAccess = (origin: string): Promise<boolean> =>
  browser.permissions.request({ origins: [matchPattern(origin)] });
