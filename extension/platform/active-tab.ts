import { browser } from './browser.ts';

/** The page in the active tab. */
export interface ActivePage {
  origin: string;
  /**
   * Its icon as a `data:` URL, which Firefox has. Chromium has the icon's address, which isn't loaded: the request would tell
   * the site that its visitor opened the popup.
   */
  icon?: string | undefined;
}

/** As long as the longest icon of a provider. */
const longestIcon = 134_000;

const isData = (url: string): boolean => url.startsWith('data:image/') && url.length <= longestIcon;

/**
 * The page in the active tab, for the popup. It needs `activeTab`, which the person grants for this one tab when they click
 * the icon.
 *
 * @returns `undefined` for anything but a web page
 */
export async function activePage(): Promise<ActivePage | undefined> {
  const [tab] = await browser.tabs.query({ active: true, currentWindow: true });
  if (!tab?.url || !URL.canParse(tab.url)) return undefined;
  const { protocol, origin } = new URL(tab.url);
  if (protocol !== 'https:' && protocol !== 'http:') return undefined;
  return { origin, icon: tab.favIconUrl !== undefined && isData(tab.favIconUrl) ? tab.favIconUrl : undefined };
}
