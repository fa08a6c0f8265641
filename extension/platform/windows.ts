import { browser, type Tabs } from './browser.ts';
import { matchPattern } from './match-pattern.ts';

/** Windows and tabs, as far as Latchkey needs them. None of this needs a permission. */
export interface Windows {
  /** Opens a page of the extension in a small window. */
  openPopup(page: string, size: { width: number; height: number }): Promise<number>;
  /** Brings a window to the front. `false` if it is gone. */
  focus(windowId: number): Promise<boolean>;
  close(windowId: number): Promise<void>;
  onClosed(listener: (windowId: number) => void): void;
  openTab(url: string): Promise<void>;
  /** Whether this tab is the active one. Only the active tab may open windows. */
  isTabActive(tabId: number): Promise<boolean>;
  /** Whether a document is still what its tab shows. It takes host access to its origin, as the bridge does. */
  isThere(page: { tabId: number; origin: string; document: string }): Promise<boolean>;
  /** Whether a tab is open at one of these hosts (patterns know no ports). It takes host access to them, as the bridge does. */
  hasTabAt(origins: readonly string[]): Promise<boolean>;
  /** Sends each of these origins its message: to the content script in the top frame of the tabs there. It takes host access to them, as the bridge does. */
  broadcast(messageFor: (origin: string) => Promise<object>, isFor: (origin: string) => boolean): Promise<void>;
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
    // The window may be closed already, which is just as good.
    await browser.windows.remove(windowId).catch(() => undefined);
  },
  onClosed: (listener) => browser.windows.onRemoved.addListener(listener),
  async openTab(url) {
    await browser.tabs.create({ url });
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
      // Where the browser names no documents, tab and origin are all that there is (see `sender.ts`).
      if (document === `${tabId} ${origin}`) return true;
      // The bridge takes no notice of it; it fails where there is no such document, or none that is shown.
      const only: { documentId: string } = { documentId: document };
      await browser.tabs.sendMessage(tabId, {}, only as Tabs.SendMessageOptionsType);
      return true;
    } catch {
      return false;
    }
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
