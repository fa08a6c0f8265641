import { browser } from './browser.ts';

/**
 * The origin of the page in the active tab, for the popup. It needs `activeTab`, which the person grants for this one tab
 * when they click the icon.
 *
 * @returns `undefined` for anything but a web page
 */
export async function activeOrigin(): Promise<string | undefined> {
  const [tab] = await browser.tabs.query({ active: true, currentWindow: true });
  if (!tab?.url || !URL.canParse(tab.url)) return undefined;
  const { protocol, origin } = new URL(tab.url);
  return protocol === 'https:' || protocol === 'http:' ? origin : undefined;
}
