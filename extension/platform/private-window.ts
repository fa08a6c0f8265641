import { browser } from './browser.ts';

/** Whether the page that asks, such as the popup, is in a private window. It takes no permission. */
export const isInPrivateWindow = async (): Promise<boolean> => (await browser.windows.getCurrent()).incognito;
