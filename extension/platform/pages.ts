import { browser } from './browser.ts';

/** Opens the settings, or brings them to the front. */
export const openSettings = (): Promise<void> => browser.runtime.openOptionsPage();

/** Opens an address in a tab as if the user had typed it. With a link, the site would learn the referring site. */
export async function openAddress(url: string): Promise<void> {
  await browser.tabs.create({ url });
}

/** The version of this build, `x.y.z`. */
export const version = (): string => browser.runtime.getManifest().version;
