import type { Windows } from '../../extension/platform/windows.ts';

/** A fake of the browser's windows. The open windows are a map from ID to page. */
export function fakeWindows(): Windows & {
  open: Map<number, string>;
  tabs: string[];
  activeTab: number;
  gone: Set<string>;
} {
  const open = new Map<number, string>();
  const listeners: ((windowId: number) => void)[] = [];
  let last = 0;
  const windows = {
    open,
    tabs: [] as string[],
    activeTab: 7,
    /** Documents that no tab shows anymore. */
    gone: new Set<string>(),
    async openPopup(page: string) {
      last += 1;
      open.set(last, page);
      return last;
    },
    focus: async (windowId: number) => open.has(windowId),
    async close(windowId: number) {
      if (open.delete(windowId)) for (const listener of listeners) listener(windowId);
    },
    onClosed: (listener: (windowId: number) => void) => void listeners.push(listener),
    openTab: async (url: string) => void windows.tabs.push(url),
    showSite: async (origin: string) => void windows.tabs.push(origin),
    isTabActive: async (tabId: number) => tabId === windows.activeTab,
    isThere: async ({ document }: { document: string }) => !windows.gone.has(document),
    pages: async () => [],
    hasTabAt: async () => true,
    broadcast: async () => undefined,
  };
  return windows;
}
