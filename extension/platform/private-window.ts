import { browser } from './browser.ts';

/** Whether the current page, such as the popup, is in a private window. This needs no permission. */
export const isInPrivateWindow = async (): Promise<boolean> => (await browser.windows.getCurrent()).incognito;
