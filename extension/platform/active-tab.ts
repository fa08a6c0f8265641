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

/** The site chooses this image, and the popup shows it: a small bitmap, since an SVG can cost any time to draw. 10 kB. */
const bitmap = /^data:image\/(?:png|jpeg|webp|x-icon|vnd\.microsoft\.icon);base64,[\w+/=]{1,13400}$/;

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
  return { origin, icon: bitmap.test(tab.favIconUrl ?? '') ? tab.favIconUrl : undefined };
}
