import { browser, type Tabs } from './browser.ts';
import { matchPattern } from './match-pattern.ts';

/** The window and tab functions that Latchkey needs. None of them needs a permission. */
export interface Windows {
  /** Opens a page of the extension in a small window. */
  openPopup(page: string, size: { width: number; height: number }): Promise<number>;
  /** Brings a window to the front. `false` if it is gone. */
  focus(windowId: number): Promise<boolean>;
  close(windowId: number): Promise<void>;
  onClosed(listener: (windowId: number) => void): void;
  openTab(url: string): Promise<void>;
  /** Brings a tab of this origin to the front, or opens one. Tabs in private windows and containers stay where they are. */
  showSite(origin: string): Promise<void>;
  /** Whether this tab is the active one. Only the active tab may open windows. */
  isTabActive(tabId: number): Promise<boolean>;
  /** Whether the tab still shows this document. Like the bridge, it needs host access to the origin. */
  isThere(page: { tabId: number; origin: string; document: string }): Promise<boolean>;
  /** The web pages in all tabs whose address the extension can see: those of hosts that it has access to. */
  pages(): Promise<OpenPage[]>;
  /** Whether a tab is open at one of these hosts. Patterns ignore ports. Like the bridge, it needs host access. */
  hasTabAt(origins: readonly string[]): Promise<boolean>;
  /** Sends each origin its message, to the content script in the top frame of its tabs. Needs host access to them. */
  broadcast(messageFor: (origin: string) => Promise<object>, isFor: (origin: string) => boolean): Promise<void>;
}

/** A page that is open in a tab. */
export interface OpenPage {
  tabId: number;
  origin: string;
  /** It is in a private window or a Firefox container. */
  isApart: boolean;
}

export const windows: Windows = {
  async openPopup(page, size) {
    const opened = await browser.windows.create({ type: 'popup', url: browser.runtime.getURL(page), ...size });
    if (opened.id === undefined) throw new Error('the browser gave the window no id');
    return opened.id;
  },
  async focus(windowId) {
    try {
      await browser.windows.update(windowId, { focused: true });
      return true;
    } catch {
      return false;
    }
  },
  async close(windowId) {
    // The window may already be closed, which is fine.
    await browser.windows.remove(windowId).catch(() => undefined);
  },
  onClosed: (listener) => browser.windows.onRemoved.addListener(listener),
  async openTab(url) {
    await browser.tabs.create({ url });
  },
  async showSite(origin) {
    const [page] = (await windows.pages()).filter((open) => open.origin === origin && !open.isApart);
    if (!page) return windows.openTab(origin);
    const { windowId } = await browser.tabs.update(page.tabId, { active: true });
    if (windowId !== undefined) await windows.focus(windowId);
  },
  async isTabActive(tabId) {
    try {
      return (await browser.tabs.get(tabId)).active;
    } catch {
      return false;
    }
  },
  async isThere({ tabId, origin, document }) {
    try {
      const { url = '' } = await browser.tabs.get(tabId);
      if (new URL(url).origin !== origin) return false;
      // If the browser has no document IDs, compare only tab and origin (see `sender.ts`).
      if (document === `${tabId} ${origin}`) return true;
      // The bridge ignores this message. Sending it fails if the document doesn't exist or isn't shown.
      const only: { documentId: string } = { documentId: document };
      await browser.tabs.sendMessage(tabId, {}, only as Tabs.SendMessageOptionsType);
      return true;
    } catch {
      return false;
    }
  },
  async pages() {
    const tabs = await browser.tabs.query({});
    return tabs.flatMap(({ id, url, incognito, cookieStoreId = 'firefox-default' }) => {
      if (id === undefined || url === undefined || !URL.canParse(url)) return [];
      return [{ tabId: id, origin: new URL(url).origin, isApart: incognito || cookieStoreId !== 'firefox-default' }];
    });
  },
  async hasTabAt(origins) {
    if (origins.length === 0) return false;
    return (await browser.tabs.query({ url: origins.map(matchPattern) })).length > 0;
  },
  async broadcast(messageFor, isFor) {
    const tabs = await browser.tabs.query({});
    const sent = tabs.map(async ({ id, url }) => {
      const origin = url === undefined ? undefined : new URL(url).origin;
      if (id === undefined || origin === undefined || !isFor(origin)) return;
      await browser.tabs.sendMessage(id, await messageFor(origin), { frameId: 0 });
    });
    await Promise.allSettled(sent);
  },
};
