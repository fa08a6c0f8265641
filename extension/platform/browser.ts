/**
 * The only file that imports the browser's API. `webextension-polyfill` gives Chromium's `chrome` the shape of
 * Firefox's `browser`. It throws outside an extension, so only entry files and modules in `platform/` import this file.
 * All other code takes what it needs as arguments, and also runs in Node.
 */
import browser from 'webextension-polyfill';

export type { Runtime, Tabs } from 'webextension-polyfill';
export { browser };
